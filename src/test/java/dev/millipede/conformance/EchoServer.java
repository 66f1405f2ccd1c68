package dev.millipede.conformance;

import dev.millipede.websocket.EchoConnection;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.net.InetAddress;
import java.util.concurrent.TimeUnit;

/** Our sockets in an echo mode, for Autobahn's fuzzing client; runs in Maven's JVM (pom.xml, profile autobahn). */
public final class EchoServer {
    private static final long PATIENCE_MILLIS = 60_000;

    private EchoServer() {}

    /**
     * Listens and returns; the threads that serve go on.
     *
     * @param args the port
     */
    public static void main(String[] args) throws Exception {
        Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
        // Where the plugin looked for a free port, and where the fuzzing client connects: it need not be loopback.
        String host = InetAddress.getLocalHost().getHostAddress();
        long nobody = vertx.setTimer(PATIENCE_MILLIS, late -> giveUp());
        vertx.deployVerticle(EchoConnection.verticle(
                        vertx, host, Integer.parseInt(args[0]), () -> vertx.cancelTimer(nobody)))
                .toCompletionStage()
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
    }

    /** The fuzzing client waits for ever when it has no case to run; its build is to fail instead. */
    private static void giveUp() {
        System.err.println("no Autobahn case ran");
        Runtime.getRuntime().halt(1);
    }
}

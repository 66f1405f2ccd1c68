package dev.millipede.it;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Clients in a process of their own that connect, answer pings, and say nothing else until they are killed: for a network
 * namespace that the tests are not in. Needs nothing but the JDK.
 */
final class PongingClients {
    private PongingClients() {}

    /**
     * Connects and stays.
     *
     * @param args address, token, how many
     */
    public static void main(String[] args) throws InterruptedException {
        HttpClient http = HttpClient.newHttpClient();
        List<WebSocket> open = new ArrayList<>();
        for (int i = Integer.parseInt(args[2]); i > 0; i--) {
            WebSocket socket = http.newWebSocketBuilder()
                    .buildAsync(URI.create(args[0]), new Ponging())
                    .join();
            socket.sendText("{\"connect\":{\"token\":\"" + args[1] + "\"},\"id\":1}", true)
                    .join();
            open.add(socket);
        }
        System.out.println("connected " + open.size());
        Thread.currentThread().join();
    }

    private static final class Ponging implements WebSocket.Listener {
        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
            socket.request(1);
            return text.toString().equals("{}") ? socket.sendText("{}", true) : CompletableFuture.completedFuture(null);
        }
    }
}

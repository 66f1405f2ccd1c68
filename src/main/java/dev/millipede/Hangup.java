package dev.millipede;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/**
 * The signal SIGHUP, by which an operator asks for the configuration to be read again. By reflection: the JDK has no other
 * way than {@code sun.misc.Signal}, which a compiler warns of and a JDK may leave out.
 */
final class Hangup {
    private Hangup() {}

    /**
     * Runs this, on a thread of its own, each time the signal comes; by itself the JVM would end.
     *
     * @return whether signals can be heard here
     */
    static boolean hear(Runnable told) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object ear = Proxy.newProxyInstance(
                    handler.getClassLoader(),
                    new Class<?>[] {handler},
                    (proxy, method, arguments) -> answer(proxy, method, arguments, told));
            Object hup = signal.getConstructor(String.class).newInstance("HUP");
            signal.getMethod("handle", signal, handler).invoke(null, hup, ear);
            return true;
        } catch (ReflectiveOperationException | RuntimeException e) {
            return false;
        }
    }

    private static @Nullable Object answer(Object proxy, Method method, Object @Nullable [] arguments, Runnable told) {
        return switch (method.getName()) {
            case "handle" -> {
                told.run();
                yield null;
            }
            case "equals" -> arguments != null && proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> "SIGHUP";
        };
    }
}

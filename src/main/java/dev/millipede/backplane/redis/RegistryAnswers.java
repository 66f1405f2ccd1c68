package dev.millipede.backplane.redis;

import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import org.jspecify.annotations.Nullable;

/** Reads what the scripts of leases, counts and revocations answer; nothing that Redis says makes it throw. Stateless. */
final class RegistryAnswers {
    /** It was done. */
    static final int DONE = 0;

    /** There is no lease under this id. */
    static final int GONE = 1;

    /** It was not done, or that is not known. */
    static final int FAILED = -1;

    private RegistryAnswers() {}

    static int code(@Nullable Response answer, @Nullable Throwable failure) {
        int code = failure == null ? number(part(answer, 0)) : FAILED;
        return code == DONE || code == GONE ? code : FAILED;
    }

    /** The second part of an answer as a number; {@link #FAILED} where it is none, or not at least 0. */
    static int count(@Nullable Response answer) {
        return Math.max(FAILED, number(part(answer, 1)));
    }

    /** What Redis says is wrong. */
    static String why(@Nullable Response answer, @Nullable Throwable failure) {
        return failure == null ? "Redis refused: " + part(answer, 1) : String.valueOf(failure.getMessage());
    }

    /** Null where there is none. */
    static @Nullable Response part(@Nullable Response answer, int index) {
        return answer != null && answer.type() == ResponseType.MULTI && index < answer.size()
                ? answer.get(index)
                : null;
    }

    private static int number(@Nullable Response part) {
        try {
            return part == null ? FAILED : Integer.parseInt(part.toString());
        } catch (NumberFormatException e) {
            return FAILED;
        }
    }
}

package dev.millipede.api;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.millipede.backplane.HistoryQuery;
import dev.millipede.channel.Since;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What history and history_remove read of a body. Of a field given twice the last value counts. */
final class HistoryFields {
    /** The most publications in one answer; a caller reads on with {@code since}. */
    static final int MAX_LIMIT = 1_000;

    private String channel = "";
    private long limit;
    private @Nullable Since since;
    private boolean reverse;

    private HistoryFields() {}

    static HistoryFields read(byte[] body) throws MalformedBodyException {
        HistoryFields fields = new HistoryFields();
        JsonBody.read(body, fields::field);
        return fields;
    }

    /** As sent, "" when missing. */
    String channel() {
        return channel;
    }

    @Nullable
    Since since() {
        return since;
    }

    /** At most {@link #MAX_LIMIT} publications, also where all were asked for. */
    HistoryQuery query() {
        int most = (int) (limit < 0 ? MAX_LIMIT : Math.min(limit, MAX_LIMIT));
        return new HistoryQuery(since, most, reverse);
    }

    private void field(String name, JsonParser value) throws IOException, MalformedBodyException {
        switch (name) {
            case "channel" -> channel = JsonBody.text(value);
            case "limit" -> limit = JsonBody.number(value);
            case "reverse" -> reverse = JsonBody.bool(value);
            case "since" -> since = since(value);
            default -> {}
        }
    }

    private static @Nullable Since since(JsonParser object) throws IOException, MalformedBodyException {
        if (object.hasToken(JsonToken.VALUE_NULL)) {
            return null;
        }
        if (!object.isExpectedStartObjectToken()) {
            throw new MalformedBodyException("not an object");
        }
        String epoch = "";
        long offset = 0;
        for (String name = object.nextFieldName(); name != null; name = object.nextFieldName()) {
            object.nextToken();
            switch (name) {
                case "epoch" -> epoch = JsonBody.text(object);
                case "offset" -> offset = JsonBody.number(object);
                default -> object.skipChildren();
            }
        }
        if (offset < 0) {
            throw new MalformedBodyException("a negative offset");
        }
        return new Since(epoch, offset);
    }
}

package dev.millipede.api;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;

/** What revoke reads of a body. Of a field given twice the last value counts. */
final class RevokeFields {
    /** The longest user or token id, in UTF-16 units: it becomes a part of a key. */
    private static final int MAX_LENGTH = 4_096;

    private String user = "";
    private String token = "";

    private RevokeFields() {}

    static RevokeFields read(byte[] body) throws MalformedBodyException {
        RevokeFields fields = new RevokeFields();
        JsonBody.read(body, fields::field);
        return fields;
    }

    private void field(String name, JsonParser value) throws IOException, MalformedBodyException {
        switch (name) {
            case "user" -> user = JsonBody.text(value);
            case "token" -> token = JsonBody.text(value);
            default -> {}
        }
    }

    /** As sent, "" when missing. */
    String user() {
        return user;
    }

    /** The id of a token, "" when missing. */
    String token() {
        return token;
    }

    /** Exactly one of them is there. */
    boolean isOne() {
        return user.isEmpty() != token.isEmpty() && user.length() <= MAX_LENGTH && token.length() <= MAX_LENGTH;
    }
}

package dev.millipede.protocol.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;

/** The one parser factory: strict RFC 8259, UTF-8 only. Safe on any thread. */
final class Json {
    /** How deep arrays and objects may nest, the command around a payload included. */
    static final int MAX_DEPTH = 512;

    /**
     * Lengths are unbounded here because the size of the message bounds them. Names are not interned and the symbol
     * table grows instead of refusing names that collide, since every name in a client's payload passes through it.
     */
    private static final JsonFactory FACTORY = new FewNames(new JsonFactoryBuilder()
            .disable(JsonFactory.Feature.CHARSET_DETECTION)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .build()));

    private Json() {}

    /** A parser of the bytes from {@code from} up to {@code to}; its byte offsets count from {@code from}. */
    static JsonParser parser(byte[] bytes, int from, int to) throws IOException {
        return FACTORY.createParser(bytes, from, to - from);
    }
}

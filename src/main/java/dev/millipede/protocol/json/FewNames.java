package dev.millipede.protocol.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.io.IOContext;
import com.fasterxml.jackson.core.json.UTF8StreamJsonParser;
import com.fasterxml.jackson.core.sym.ByteQuadsCanonicalizer;

/**
 * Remembers few names of fields. Jackson's own factory remembers up to 6,000, and a parser copies what is remembered when it
 * meets one more: then every message with a name of its own, such as an id for a key, costs 200 KB. Safe on any thread.
 */
final class FewNames extends JsonFactory {
    private static final long serialVersionUID = 1L;

    /** Those of the protocol are about thirty; past this all are forgotten. */
    private static final int MAX_NAMES = 100;

    private transient volatile ByteQuadsCanonicalizer names = ByteQuadsCanonicalizer.createRoot();

    FewNames(JsonFactoryBuilder builder) {
        super(builder);
    }

    @Override
    protected JsonParser _createParser(byte[] data, int offset, int length, IOContext context) {
        ByteQuadsCanonicalizer known = names;
        if (known.size() > MAX_NAMES) {
            known = ByteQuadsCanonicalizer.createRoot();
            names = known;
        }
        return new UTF8StreamJsonParser(
                context,
                _parserFeatures,
                null,
                null,
                known.makeChildOrPlaceholder(_factoryFeatures),
                data,
                offset,
                offset + length,
                0,
                false);
    }
}

package dev.millipede.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpellingTest {
    @ParameterizedTest
    @CsvSource({
        "abc,abc,0",
        "abc,abd,1",
        "abc,ab,1",
        "abc,abcd,1",
        "abc,acb,1",
        "kitten,sitting,3",
        "ca,abc,3",
        "'',ab,2"
    })
    void editsAreCounted(String a, String b, int edits) {
        assertThat(Spelling.edits(a, b)).isEqualTo(edits);
        assertThat(Spelling.edits(b, a)).isEqualTo(edits);
    }

    @Test
    void onlyASlipGetsASuggestion() {
        List<String> known = List.of("host", "port", "allowedOrigins");

        assertThat(Spelling.nearest("prot", known)).isEqualTo("port");
        assertThat(Spelling.nearest("HOST", known)).isEqualTo("host");
        assertThat(Spelling.nearest("allowOrigin", known)).isNull();
        assertThat(Spelling.nearest("allowedOrigin", known)).isEqualTo("allowedOrigins");
        assertThat(Spelling.nearest("banana", known)).isNull();
        assertThat(Spelling.nearest("x", List.of("y"))).isNull();
    }
}

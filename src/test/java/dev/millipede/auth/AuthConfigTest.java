package dev.millipede.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.SectionReading;
import org.junit.jupiter.api.Test;

class AuthConfigTest {
    @Test
    void anEmptySectionLetsNobodyIn() {
        assertThat(SectionReading.of(AuthConfig::read, "{}").config()).isEqualTo(new AuthConfig(false, null, false));
    }

    @Test
    void everyKeyIsRead() {
        String json = "{\"anonymous\": true, \"hmacSecret\": \"hunter2\", \"insecure\": true}";

        assertThat(SectionReading.of(AuthConfig::read, json).config()).isEqualTo(new AuthConfig(true, "hunter2", true));
    }

    @Test
    void theSecretIsMaskedInPrintAndInProblems() {
        assertThat(new AuthConfig(true, "hunter2", false))
                .hasToString("AuthConfig[anonymous=true, hmacSecret=***, insecure=false]");
        assertThat(SectionReading.of(AuthConfig::read, "{\"hmacSecret\": [\"hunter2\"]}")
                        .printed())
                .isEqualTo("test has 1 problem\n  hmacSecret   ***    must be a string");
    }
}

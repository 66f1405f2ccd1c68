package dev.millipede.os;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpenFilesTest {
    private static final String LIMITS = """
            Limit                     Soft Limit           Hard Limit           Units
            Max core file size        0                    unlimited            bytes
            Max processes             31337                31337                processes
            %s
            Max locked memory         8388608              8388608              bytes
            """;

    @TempDir
    private Path folder;

    private long limit(String line) throws IOException {
        return OpenFiles.limit(Files.writeString(folder.resolve("limits"), LIMITS.formatted(line)));
    }

    @Test
    void theSoftLimitIsTheOneInForce() throws IOException {
        assertThat(limit("Max open files            20000                1048576              files"))
                .isEqualTo(20_000);
    }

    @Test
    void unlimitedIsMoreThanAnyNodeTakes() throws IOException {
        assertThat(limit("Max open files            unlimited            unlimited            files"))
                .isEqualTo(Integer.MAX_VALUE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Max open files", "Max open files            many                 more   files"})
    void aLimitThatCannotBeReadIsAssumedSmall(String line) throws IOException {
        assertThat(limit(line)).isEqualTo(OpenFiles.UNKNOWN);
    }

    @Test
    void whereThereIsNoSuchFileTheLimitIsAssumedSmall() {
        assertThat(OpenFiles.limit(folder.resolve("nowhere"))).isEqualTo(OpenFiles.UNKNOWN);
    }

    @Test
    void thisProcessHasALimit() {
        assertThat(OpenFiles.limit()).isPositive();
    }

    @ParameterizedTest
    @CsvSource({
        "1024, 0, 896",
        "2560, 0, 2432",
        "2580, 0, 2451",
        "1000000, 0, 950000",
        "1000000, 1, 999999",
        "1000, 1000, 1",
        "100, 0, 1",
        "9999999999, 10, 2147483647",
    })
    void connectionsAreTheLimitLessTheReserveAtLeastOne(long limit, int reserve, int connections) {
        assertThat(OpenFiles.connections(limit, reserve)).isEqualTo(connections);
    }
}

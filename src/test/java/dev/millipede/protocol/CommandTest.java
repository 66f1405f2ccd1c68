package dev.millipede.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CommandTest {
    private static final String TOKEN = "a.token.ofthistest";

    @Test
    void inWordsACommandHoldsNoToken() {
        List<Command> commands = List.of(
                new Command.Connect(7, TOKEN),
                new Command.Subscribe(7, "room:1", TOKEN),
                new Command.Refresh(7, TOKEN),
                new Command.SubRefresh(7, "room:1", TOKEN));

        assertThat(commands)
                .allSatisfy(command -> assertThat(command.toString())
                        .startsWith(command.getClass().getSimpleName())
                        .contains("id=7")
                        .doesNotContain(TOKEN));
    }
}

package dev.millipede;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** The command {@code doctor plan}. */
@Command(name = "plan", mixinStandardHelpOptions = true, description = "x")
final class PlanCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        return 0;
    }
}

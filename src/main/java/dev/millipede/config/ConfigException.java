package dev.millipede.config;

import java.util.List;

/** A configuration that cannot be used. The message is the whole text for the terminal, secrets masked. */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<ConfigProblem> problems;

    /**
     * All problems of one configuration.
     *
     * @param source what was read, for example {@code conf/production.json}
     */
    public ConfigException(String source, ConfigProblems problems) {
        super(problems.render(source));
        this.problems = problems.list();
    }

    /** Every problem, in the order found; at least one. */
    public List<ConfigProblem> problems() {
        return problems;
    }
}

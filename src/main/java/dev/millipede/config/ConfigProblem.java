package dev.millipede.config;

/**
 * One thing that is wrong with a configuration.
 *
 * @param path where: the dotted path of the key, or the name of the environment variable its value came from
 * @param value what stands there, as JSON, shortened, secrets masked; empty where there is nothing to show
 * @param message what is expected instead, without a full stop
 */
public record ConfigProblem(String path, String value, String message) {}

package dev.millipede;

import java.util.Objects;

/** The command line. */
public final class Main {
    private Main() {}

    /** Prints the version from the jar's manifest, or {@code development} when run from a folder of classes. */
    public static void main(String[] args) {
        String version = Main.class.getPackage().getImplementationVersion();
        System.out.println("millipede " + Objects.requireNonNullElse(version, "development"));
    }
}

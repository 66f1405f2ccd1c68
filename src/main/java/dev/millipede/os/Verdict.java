package dev.millipede.os;

import java.util.List;

/**
 * How many connections a host holds, and why not more.
 *
 * @param connections it holds with what it was asked
 * @param walls what stops it, the first one first; never empty
 * @param notes what is no such number
 */
public record Verdict(long connections, List<Wall> walls, List<Note> notes) {
    /**
     * Something that stops the count.
     *
     * @param name the setting, or what is short
     * @param limit its value: descriptors, bytes, pages or whatever it counts
     * @param connections it allows
     * @param says a sentence without its full stop: what the value means
     * @param fix what to do to get further
     */
    public record Wall(String name, long limit, long connections, String says, String fix) {}

    /**
     * Something to know.
     *
     * @param name the setting, or what it is about
     * @param says a sentence without its full stop
     * @param fix what to do; empty where nothing is wrong
     */
    public record Note(String name, String says, String fix) {}

    /** What {@code asked} comes to on a host. */
    public static Verdict of(HostFacts facts, Asked asked) {
        List<Wall> walls = new Walls(facts, asked).inOrder();
        return new Verdict(walls.get(0).connections(), walls, new Notes(facts, asked).all());
    }
}

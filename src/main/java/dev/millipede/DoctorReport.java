package dev.millipede;

import dev.millipede.os.HostFacts;
import dev.millipede.os.Verdict;
import dev.millipede.os.Verdict.Note;
import dev.millipede.os.Verdict.Wall;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** A {@link Verdict} for people and for programs. */
final class DoctorReport {
    private DoctorReport() {}

    /** {@code connections}, {@code walls} with the first one first, {@code notes}. */
    static JsonObject json(Verdict verdict) {
        JsonArray walls = new JsonArray();
        for (Wall wall : verdict.walls()) {
            walls.add(new JsonObject()
                    .put("name", wall.name())
                    .put("limit", wall.limit())
                    .put("connections", wall.connections())
                    .put("fix", wall.fix()));
        }
        JsonArray notes = new JsonArray();
        for (Note note : verdict.notes()) {
            notes.add(new JsonObject()
                    .put("name", note.name())
                    .put("note", note.says())
                    .put("fix", note.fix()));
        }
        return new JsonObject()
                .put("connections", verdict.connections())
                .put("walls", walls)
                .put("notes", notes);
    }

    static void print(Verdict verdict, HostFacts facts, String source, PrintWriter out) {
        out.printf(
                Locale.ROOT,
                "This host (%s) holds %,d connections with %s.%n",
                facts.kernel().orElse("not Linux"),
                verdict.connections(),
                source);
        List<Wall> walls = verdict.walls();
        out.println();
        out.println("First wall");
        print(walls.get(0), out);
        if (walls.size() > 1) {
            out.println();
            out.println("Then");
            walls.subList(1, walls.size()).forEach(wall -> print(wall, out));
        }
        print(
                "Not walls, but wrong",
                verdict.notes().stream().filter(note -> !note.fix().isEmpty()).toList(),
                out);
        print(
                "To know",
                verdict.notes().stream().filter(note -> note.fix().isEmpty()).toList(),
                out);
    }

    private static void print(Wall wall, PrintWriter out) {
        out.printf(Locale.ROOT, "  %,11d  %s = %d%n", wall.connections(), wall.name(), wall.limit());
        out.printf("               %s%n", wall.says());
        out.printf("               fix: %s%n", wall.fix());
    }

    private static void print(String title, List<Note> notes, PrintWriter out) {
        if (notes.isEmpty()) {
            return;
        }
        out.println();
        out.println(title);
        for (Note note : notes) {
            out.printf("  %s: %s%n", note.name(), note.says());
            if (!note.fix().isEmpty()) {
                out.printf("    fix: %s%n", note.fix());
            }
        }
    }
}

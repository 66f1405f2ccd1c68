package dev.millipede.checker;

import java.util.ArrayList;
import java.util.List;

/** Verdicts as text, a line for each channel. */
final class VerdictTable {
    private static final String ROW = "%-12s %9s %12s %6s %9s %9s %6s %10s %9s %9s %9s %15s%n";

    private VerdictTable() {}

    static String of(List<ChannelVerdict> verdicts) {
        StringBuilder text = new StringBuilder(String.format(
                ROW,
                "channel",
                "published",
                "acknowledged",
                "maybe",
                "expected",
                "delivered",
                "lost",
                "duplicated",
                "reordered",
                "conflicts",
                "recovered",
                "recovered:false"));
        List<ChannelVerdict> rows = new ArrayList<>(verdicts);
        rows.add(ChannelVerdict.sum("all", verdicts));
        for (ChannelVerdict row : rows) {
            text.append(String.format(
                    ROW,
                    row.channel(),
                    row.published(),
                    row.acknowledged(),
                    row.maybe(),
                    row.expected(),
                    row.delivered(),
                    row.lost(),
                    row.duplicated(),
                    row.reordered(),
                    row.conflicts(),
                    row.recovered(),
                    row.recoveredFalse()));
        }
        return text.toString();
    }
}

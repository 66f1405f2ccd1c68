package dev.millipede.checker;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Judges a channel: a pure function of what was sent and heard. One use each. */
final class Verdict {
    private static final int COMPLAINTS = 4;

    private final ChannelRun run;
    private final Map<Long, Sent> sent = new HashMap<>();
    private final Map<Place, Long> standsAt = new HashMap<>();
    private final Map<Long, Set<Place>> placesOf = new HashMap<>();
    private final Map<String, TreeSet<Long>> acknowledgedIn = new HashMap<>();
    private final Set<String> before = new HashSet<>();
    private final Map<Counter, Long> counts = new HashMap<>();
    private final List<String> complaints = new ArrayList<>();

    /** What is counted with a complaint each. */
    private enum Counter {
        LOST,
        DUPLICATED,
        REPEATED,
        REORDERED,
        CONFLICT,
        RECOVERED_FALSE
    }

    private Verdict(ChannelRun run) {
        this.run = run;
    }

    /** The verdict on a channel. */
    static ChannelVerdict on(ChannelRun run) {
        return new Verdict(run).judge();
    }

    private ChannelVerdict judge() {
        run.sent().forEach(this::enter);
        for (SubscriberLog log : run.logs()) {
            for (Heard heard : log.heard()) {
                if (heard instanceof Heard.Got got) {
                    stands(got.place(), got.id());
                }
            }
        }
        long expected = 0;
        long delivered = 0;
        long recovered = 0;
        for (SubscriberLog log : run.logs()) {
            Listening listening = new Listening(log);
            listening.judge();
            expected += listening.expected;
            delivered += listening.delivered;
            recovered += listening.recovered;
        }
        run.sent().forEach(this::isSomewhere);
        return new ChannelVerdict(
                run.channel(),
                run.sent().size(),
                outcomes(Sent.Outcome.ACKNOWLEDGED),
                outcomes(Sent.Outcome.MAYBE),
                expected,
                delivered,
                count(Counter.LOST),
                count(Counter.DUPLICATED),
                count(Counter.REORDERED),
                count(Counter.CONFLICT),
                recovered,
                count(Counter.RECOVERED_FALSE),
                count(Counter.REPEATED),
                complaints);
    }

    private int outcomes(Sent.Outcome outcome) {
        return (int)
                run.sent().stream().filter(each -> each.outcome() == outcome).count();
    }

    private long count(Counter counter) {
        return counts.getOrDefault(counter, 0L);
    }

    private void complain(Counter counter, String text) {
        long count = counts.merge(counter, 1L, Long::sum);
        if (count <= COMPLAINTS) {
            complaints.add(run.channel() + ": " + counter.name().toLowerCase(Locale.ROOT) + ": " + text);
        }
    }

    private void enter(Sent each) {
        sent.put(each.id(), each);
        Place place = each.place();
        if (each.isAcknowledged() && place != null) {
            stands(place, each.id());
            acknowledgedIn
                    .computeIfAbsent(place.epoch(), epoch -> new TreeSet<>())
                    .add(place.offset());
        }
    }

    /** One publication at each place, and one place for each publication. */
    private void stands(Place place, long id) {
        Long other = standsAt.putIfAbsent(place, id);
        if (other != null && other != id) {
            complain(Counter.CONFLICT, place + " is " + Ids.text(other) + " and " + Ids.text(id));
        }
        Set<Place> places = placesOf.computeIfAbsent(id, key -> new LinkedHashSet<>());
        if (places.add(place) && places.size() > 1) {
            twice(id, "stands at " + places);
        }
    }

    /** A stream that has lost a publication together with its idempotency key may get it again, in another epoch. */
    private void twice(long id, String how) {
        complain(Counter.DUPLICATED, Ids.text(id) + ' ' + how);
        Sent publication = sent.get(id);
        Set<Place> places = placesOf.getOrDefault(id, Set.of());
        long epochs = places.stream().map(Place::epoch).distinct().count();
        if (publication != null && publication.attempts() > 1 && epochs == places.size()) {
            counts.merge(Counter.REPEATED, 1L, Long::sum);
        }
    }

    /** An acknowledged publication has a place in the stream, and the stream has not shrunk below it. */
    private void isSomewhere(Sent each) {
        if (each.outcome() == Sent.Outcome.REFUSED && placesOf.containsKey(each.id())) {
            complain(Counter.CONFLICT, Ids.text(each.id()) + " was refused and came");
        }
        if (!each.isAcknowledged()) {
            return;
        }
        Place place = each.place();
        if (!placesOf.containsKey(each.id()) && count(Counter.RECOVERED_FALSE) == 0) {
            complain(Counter.LOST, Ids.text(each.id()) + " was acknowledged and nobody got it");
        } else if (place != null
                && place.epoch().equals(run.end().epoch())
                && place.offset() > run.end().offset()) {
            complain(Counter.LOST, Ids.text(each.id()) + " stands at " + place + ", the stream ends at " + run.end());
        }
    }

    /** One subscriber. */
    private final class Listening {
        private final SubscriberLog log;
        private final Set<Place> places = new HashSet<>();
        private final Set<Long> ids = new HashSet<>();
        private final Map<Integer, Integer> latest = new HashMap<>();
        private final List<String> epochs = new ArrayList<>();
        private final TreeSet<Long> missing = new TreeSet<>();
        private String epoch = "";
        private long start;
        private long last;
        private int stretches;
        private long expected;
        private long delivered;
        private long recovered;

        Listening(SubscriberLog log) {
            this.log = log;
        }

        void judge() {
            for (Heard heard : log.heard()) {
                if (heard instanceof Heard.Began began) {
                    begin(began.place());
                } else if (heard instanceof Heard.Resumed resumed) {
                    resume(resumed.place());
                } else if (heard instanceof Heard.Got got) {
                    get(got.place(), got.id());
                }
            }
            if (epoch.equals(run.end().epoch())) {
                miss(last + 1, run.end().offset() + 1);
                last = Math.max(last, run.end().offset());
            } else {
                complain(Counter.LOST, who() + "was left at " + epoch + ':' + last + ", the stream is at " + run.end());
            }
            finish();
            foreignEpochs();
        }

        private String who() {
            return log.subscriber() + ' ';
        }

        private void begin(Place place) {
            if (stretches > 0) {
                complain(Counter.RECOVERED_FALSE, who() + "at " + epoch + ':' + last + " is told to begin at " + place);
                finish();
            }
            stretches++;
            epoch = place.epoch();
            start = place.offset();
            last = start;
        }

        /** Epochs, as far as something came in them, follow each other in one order for all. */
        private void enterEpoch(String next) {
            if (!epochs.isEmpty() && epochs.get(epochs.size() - 1).equals(next)) {
                return;
            }
            boolean back = false;
            for (String earlier : epochs) {
                back |= earlier.equals(next) || before.contains(next + '>' + earlier);
                before.add(earlier + '>' + next);
            }
            if (back) {
                complain(Counter.REORDERED, who() + "gets epoch " + next + " after " + epochs);
            }
            epochs.add(next);
        }

        private void resume(Place place) {
            recovered++;
            if (!place.epoch().equals(epoch) || place.offset() != last) {
                complain(Counter.LOST, who() + "at " + epoch + ':' + last + " is told that it has all up to " + place);
            }
        }

        private void get(Place place, long id) {
            delivered++;
            enterEpoch(place.epoch());
            if (!places.add(place)) {
                complain(Counter.DUPLICATED, who() + "gets " + place + " again");
                last = place.epoch().equals(epoch) && place.offset() == last + 1 ? place.offset() : last;
                return;
            }
            offsets(place);
            if (!ids.add(id)) {
                twice(id, "came twice to " + log.subscriber());
                return;
            }
            numbers(id);
        }

        private void offsets(Place place) {
            if (!place.epoch().equals(epoch)) {
                complain(Counter.REORDERED, who() + "in epoch " + epoch + " gets " + place);
            } else if (place.offset() <= last) {
                complain(Counter.REORDERED, who() + "at " + last + " gets " + place);
                missing.remove(place.offset());
            } else {
                miss(last + 1, place.offset());
                last = place.offset();
            }
        }

        private void numbers(long id) {
            Sent publication = sent.get(id);
            if (publication != null && publication.isAcknowledged()) {
                int earlier = latest.merge(Ids.publisher(id), Ids.number(id), Math::max);
                if (earlier > Ids.number(id)) {
                    complain(Counter.REORDERED, who() + "gets " + Ids.text(id) + " after number " + earlier);
                }
            }
        }

        private void miss(long from, long to) {
            for (long offset = from; offset < to; offset++) {
                missing.add(offset);
            }
        }

        /** A stretch is over. What it lacks in its midst was claimed to be there. */
        private void finish() {
            TreeSet<Long> acknowledged = acknowledgedIn.get(epoch);
            expected += acknowledged == null || start >= last
                    ? 0
                    : acknowledged.subSet(start, false, last, true).size();
            for (long offset : missing) {
                Long id = standsAt.get(new Place(epoch, offset));
                complain(
                        Counter.LOST,
                        who() + "never got " + epoch + ':' + offset + (id == null ? "" : " = " + Ids.text(id)));
            }
            missing.clear();
        }

        /** Who never was told of a loss has no epoch but its own: what was acknowledged in another one it lacks. */
        private void foreignEpochs() {
            if (stretches == 1) {
                acknowledgedIn.forEach((other, offsets) -> {
                    if (!other.equals(epoch)) {
                        complain(Counter.LOST, who() + "never heard of epoch " + other + ", of " + offsets.size());
                    }
                });
            }
        }
    }
}

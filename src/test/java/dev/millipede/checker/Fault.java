package dev.millipede.checker;

import dev.millipede.support.Eventually;
import dev.millipede.support.RedisProcess;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/** What is broken in a run, for about {@value #SECONDS} seconds; all is whole again when {@link #inflict} returns. */
enum Fault {
    /** Nothing, to have something to compare with. */
    NONE(true) {
        @Override
        void inflict(Fleet fleet, Audience audience) {
            Pause.seconds(SECONDS / 3);
        }
    },

    /** A node is killed and started again, one after the other. */
    NODE_KILLED(true) {
        @Override
        boolean isNoticed(ChannelVerdict all) {
            return all.recovered() > 0;
        }

        @Override
        void inflict(Fleet fleet, Audience audience) {
            rounds(round -> {
                fleet.kill(round % Fleet.NODES);
                Pause.seconds(3);
                fleet.restart(round % Fleet.NODES);
                Pause.seconds(3);
            });
        }
    },

    /** A node stands still for 15 s. */
    NODE_STOPPED(true) {
        @Override
        boolean isNoticed(ChannelVerdict all) {
            return all.recovered() > 0;
        }

        @Override
        void inflict(Fleet fleet, Audience audience) {
            rounds(round -> {
                fleet.signal(round % Fleet.NODES, "STOP");
                Pause.seconds(15);
                fleet.signal(round % Fleet.NODES, "CONT");
                Pause.seconds(5);
            });
        }
    },

    /** Redis closes connections each second, first those that listen, then all others. */
    CONNECTIONS_KILLED(true) {
        @Override
        boolean isNoticed(ChannelVerdict all) {
            return all.maybe() > 0;
        }

        @Override
        void inflict(Fleet fleet, Audience audience) {
            for (String type : List.of("pubsub", "normal")) {
                long killed = 0;
                for (int i = 0; i < SECONDS / 2; i++) {
                    Object reply = fleet.redis().command("CLIENT", "KILL", "TYPE", type);
                    killed += reply instanceof Long count ? count : 0;
                    Pause.seconds(1);
                }
                if (killed < SECONDS) {
                    throw new AssertionError(killed + " connections killed of type " + type);
                }
            }
        }
    },

    /** Redis is shut down with a snapshot for 10 s. */
    REDIS_SHUT_DOWN(true) {
        @Override
        boolean isNoticed(ChannelVerdict all) {
            return all.maybe() > 0;
        }

        @Override
        void prepare(RedisProcess redis) {
            redis.inMemory();
        }

        @Override
        void inflict(Fleet fleet, Audience audience) {
            rounds(round -> {
                fleet.redis().shutdownSave();
                Pause.seconds(10);
                fleet.redis().restart();
                Pause.seconds(6);
            });
        }
    },

    /** Redis is killed; it had written each publication before it answered. */
    REDIS_KILLED_ALWAYS(true) {
        @Override
        boolean isNoticed(ChannelVerdict all) {
            return all.maybe() > 0;
        }

        @Override
        void prepare(RedisProcess redis) {
            redis.appendOnly("always");
        }

        @Override
        void inflict(Fleet fleet, Audience audience) {
            killRedis(fleet, redis -> {});
        }
    },

    /** Redis stands still for 15 s. */
    REDIS_PAUSED(true) {
        @Override
        boolean isNoticed(ChannelVerdict all) {
            return all.maybe() > 0;
        }

        @Override
        void prepare(RedisProcess redis) {
            redis.inMemory();
        }

        @Override
        void inflict(Fleet fleet, Audience audience) {
            rounds(round -> {
                fleet.redis().pause();
                Pause.seconds(15);
                fleet.redis().resume();
                Pause.seconds(6);
            });
        }
    },

    /** No node reaches another one over the network of the cluster. */
    CLUSTER_SPLIT(true) {
        @Override
        boolean isPossible(Fleet fleet) {
            return fleet.network() != null;
        }

        @Override
        void inflict(Fleet fleet, Audience audience) {
            OwnNetwork network = fleet.network();
            if (network != null) {
                Duration patience = Duration.ofSeconds(60);
                Eventually.within(patience, fleet::known, known -> known.equals(List.of(3, 3, 3)));
                network.cut();
                Pause.seconds(20);
                Eventually.within(patience, fleet::known, known -> known.equals(List.of(1, 1, 1)));
                network.mend();
                Pause.seconds(15);
                Eventually.within(patience, fleet::known, known -> known.equals(List.of(3, 3, 3)));
            }
        }
    },

    /** Subscribers come and go. */
    CHURN(true) {
        @Override
        boolean isNoticed(ChannelVerdict all) {
            return all.recovered() > 0;
        }

        @Override
        void inflict(Fleet fleet, Audience audience) {
            for (int i = 0; i < SECONDS * 20; i++) {
                audience.disturbOne();
                Pause.of(Duration.ofMillis(50));
            }
        }
    },

    /** Redis is killed, and what it wrote last is not on its disk, as after a loss of power. */
    REDIS_KILLED_EVERY_SECOND(false) {
        @Override
        boolean isNoticed(ChannelVerdict all) {
            return all.recoveredFalse() > 0;
        }

        @Override
        void prepare(RedisProcess redis) {
            redis.appendOnly("everysec");
        }

        @Override
        void inflict(Fleet fleet, Audience audience) {
            Random random = new Random(4);
            killRedis(fleet, redis -> redis.cutAppendOnlyFile(random.nextInt(500_000)));
        }
    },

    /** Redis is killed and has written nothing. */
    REDIS_KILLED_IN_MEMORY(false) {
        @Override
        boolean isNoticed(ChannelVerdict all) {
            return all.recoveredFalse() > 0;
        }

        @Override
        void prepare(RedisProcess redis) {
            redis.inMemory();
        }

        @Override
        void inflict(Fleet fleet, Audience audience) {
            killRedis(fleet, RedisProcess::forget);
        }
    };

    /** How long something is broken. */
    static final int SECONDS = 40;

    private final boolean lossless;

    Fault(boolean lossless) {
        this.lossless = lossless;
    }

    /** Those that the system property {@code history.faults} names, separated by commas; else all but {@link #NONE}. */
    static List<Fault> wanted() {
        String names = System.getProperty("history.faults", "");
        if (!names.isEmpty()) {
            return Arrays.stream(names.split(",")).map(Fault::valueOf).toList();
        }
        return List.copyOf(EnumSet.complementOf(EnumSet.of(NONE)));
    }

    /** Whether nothing may be missing; otherwise all that is has to be told. */
    boolean isLossless() {
        return lossless;
    }

    boolean isPossible(Fleet fleet) {
        return true;
    }

    /** Whether it can be seen in what came of it; a fault that nobody noticed proves nothing. */
    boolean isNoticed(ChannelVerdict all) {
        return true;
    }

    /** Before anything is published. */
    void prepare(RedisProcess redis) {}

    abstract void inflict(Fleet fleet, Audience audience);

    private static void rounds(IntConsumer round) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        for (int i = 0; System.nanoTime() - end < 0; i++) {
            round.accept(i);
        }
    }

    private static void killRedis(Fleet fleet, Consumer<RedisProcess> meanwhile) {
        rounds(round -> {
            RedisProcess redis = fleet.redis();
            redis.kill();
            meanwhile.accept(redis);
            Pause.seconds(2);
            redis.restart();
            Pause.seconds(8);
        });
    }
}

package dev.millipede.backplane.redis;

import org.slf4j.Logger;

/**
 * Says once that something fails again and again, and once that it works again; a single failure it keeps to itself. Confined
 * to the event loop of the router.
 */
final class Outage {
    private final Logger log;
    private final String what;
    private final int patience;
    private int failures;

    /**
     * @param what fails or works, as the beginning of a sentence
     * @param patience failures in a row that are told of, at least 1
     */
    Outage(Logger log, String what, int patience) {
        this.log = log;
        this.what = what;
        this.patience = patience;
    }

    void failed(String why) {
        if (failures < patience && ++failures == patience) {
            log.warn("{} fails: {}; trying on", what, why);
        }
    }

    void worked() {
        if (failures == patience) {
            log.info("{} works again", what);
        }
        failures = 0;
    }
}

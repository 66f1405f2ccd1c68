/**
 * Confined to the router's event loop: which instances listen to which channel, and the relay of publications to them, in order.
 * Depends on bus, backplane, protocol, recovery, channel and metrics; never on websocket.
 *
 * <p>How somebody comes back, and why instances merge nothing: all that an instance is sent of a channel comes over one bus
 * address in order, so an answer stands exactly between the deliveries before and after its position.
 *
 * <pre>
 * socket     LocalSubscribers      bus        Stream, Recoveries            backplane
 *   | subscribe(since) |            |                |                          |
 *   |-----------------&gt;| Recover    |                |                          |
 *   |                  |-----------&gt;|---------------&gt;| Missed.of(since, at)     |
 *   |                  |            |                |  NOTHING, TOO_MUCH: answered at once
 *   |                  |            |                |  UNKNOWN: compared, one in 100 ms for all who wait
 *   |                  |            |                |-- after(at) ------------&gt;|
 *   |                  |            |                |  SOME: from Recent, or read, one in 100 ms for all
 *   |                  |            |                |-- history(since, n) ----&gt;|
 *   |                  | Delivery 8 |                |&lt;-- publication 8 --------|
 *   |                  |&lt;-----------|&lt;---------------|                          |
 *   |                  |            |                |&lt;-- 5, 6, 7 --------------|
 *   |                  |            |                | Earlier, Recent: 5..8    |
 *   |                  | Recovered at 8 [5..8]       |                          |
 *   |                  |&lt;-----------|&lt;---------------|                          |
 *   |  reply [5..8]    | Delivery 9 |                |&lt;-- publication 9 --------|
 *   |&lt;-----------------|&lt;-----------|&lt;---------------|                          |
 *   |  push 9          |            |                |                          |
 *   |&lt;-----------------|            |                |                          |
 * </pre>
 */
@NullMarked
package dev.millipede.router;

import org.jspecify.annotations.NullMarked;

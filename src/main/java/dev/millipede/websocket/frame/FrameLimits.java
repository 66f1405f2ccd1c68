package dev.millipede.websocket.frame;

/**
 * What one connection may make the reader hold. Control frames have their own limit of 125 bytes and are not counted.
 *
 * @param maxFrame longest payload of one data frame in bytes, at least 1
 * @param maxMessage longest message in bytes over all its frames, at least 1
 * @param maxFragments most frames of one message, at least 1 (which forbids fragmentation); empty frames count too
 */
public record FrameLimits(int maxFrame, int maxMessage, int maxFragments) {
    public FrameLimits {
        if (maxFrame < 1 || maxMessage < 1 || maxFragments < 1) {
            throw new IllegalArgumentException("limits must be at least 1: maxFrame " + maxFrame + ", maxMessage "
                    + maxMessage + ", maxFragments " + maxFragments);
        }
    }
}

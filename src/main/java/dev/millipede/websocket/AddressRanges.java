package dev.millipede.websocket;

import java.net.InetAddress;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Addresses and ranges of them (CIDR, RFC 4632), IPv4 and IPv6. Immutable; safe on any thread.
 *
 * @param ranges an address belongs where it is in one of them
 */
public record AddressRanges(List<Range> ranges) {
    /** No address at all. */
    public static final AddressRanges NONE = new AddressRanges(List.of());

    private static final Pattern TEXT = Pattern.compile("([0-9a-fA-F:.]+)(?:/(\\d{1,3}))?");

    /**
     * Addresses with the same leading bits.
     *
     * @param prefix hexadecimal digits of the address, 8 or 32 of them
     * @param bits how many of the leading bits count, 0..32 or 0..128
     */
    public record Range(String prefix, int bits) {
        private boolean holds(byte[] address) {
            return address.length * 2 == prefix.length()
                    && leadingBits(address, bits).equals(prefix);
        }
    }

    /** An address or a range; null where the text is neither. */
    static @Nullable Range parse(String text) {
        Matcher parts = TEXT.matcher(text);
        byte[] address = parts.matches() ? ClientAddress.bytes(parts.group(1)) : null;
        if (address == null) {
            return null;
        }
        int bits = parts.group(2) == null ? address.length * 8 : Integer.parseInt(parts.group(2));
        return bits > address.length * 8 ? null : new Range(leadingBits(address, bits), bits);
    }

    /** Whether an address is in one of the ranges. */
    public boolean hold(InetAddress address) {
        byte[] bytes = address.getAddress();
        for (Range range : ranges) {
            if (range.holds(bytes)) {
                return true;
            }
        }
        return false;
    }

    private static String leadingBits(byte[] address, int bits) {
        StringBuilder digits = new StringBuilder(address.length * 2);
        for (int i = 0; i < address.length; i++) {
            int counting = Math.max(0, Math.min(8, bits - i * 8));
            int kept = address[i] & (0xff00 >> counting) & 0xff;
            digits.append(Character.forDigit(kept >> 4, 16)).append(Character.forDigit(kept & 15, 16));
        }
        return digits.toString();
    }
}

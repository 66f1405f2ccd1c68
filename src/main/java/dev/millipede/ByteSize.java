package dev.millipede;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A size on the command line, as the configuration ({@code 512MiB}) or {@code -Xmx} ({@code 512m}) writes it; in bytes. */
final class ByteSize implements ITypeConverter<Long> {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,9})([kmgt]?)(?:i?b)?");

    /** More than any machine has, and small enough to be reckoned with. */
    private static final long MOST = 1L << 50;

    @Override
    public Long convert(String text) {
        Matcher size = SIZE.matcher(text.toLowerCase(Locale.ROOT));
        if (!size.matches()) {
            throw new TypeConversionException("'" + text + "' is not a size, write for example 512MiB or 4g");
        }
        int shift = 10 * " kmgt".indexOf(size.group(2).isEmpty() ? " " : size.group(2));
        long number = Long.parseLong(size.group(1));
        if (number > MOST >> shift) {
            throw new TypeConversionException("'" + text + "' is too large, at most 1024TiB");
        }
        return number << shift;
    }
}

package dev.millipede.support;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** One HTTP/1.1 request over a socket, byte for byte as given, and its response. */
public final class RawHttp {
    private static final int TIMEOUT_MS = 10_000;

    private RawHttp() {}

    /** Header lines are as received; the body is as long as Content-Length says. */
    public record Reply(int status, List<String> headers, String body) {
        /** The values of a header, by its name in any case. */
        public List<String> header(String name) {
            return headers.stream()
                    .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                    .map(line -> line.substring(name.length() + 1).strip())
                    .toList();
        }
    }

    /** A request head of a request line and header lines, then the body with nothing added, to a port of 127.0.0.1. */
    public static Reply send(int port, List<String> head, byte[] body) {
        return send(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), head, body);
    }

    /** The same to an address. */
    static Reply send(InetSocketAddress to, List<String> head, byte[] body) {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes((String.join("\r\n", head) + "\r\n\r\n").getBytes(ISO_8859_1));
        request.writeBytes(body);
        try (Socket socket = new Socket(to.getAddress(), to.getPort())) {
            socket.setSoTimeout(TIMEOUT_MS);
            socket.getOutputStream().write(request.toByteArray());
            return read(socket.getInputStream(), !head.get(0).startsWith("HEAD "));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A GET of a path with this Host and these further header lines. */
    public static Reply get(int port, String path, String... headers) {
        return get(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), path, headers);
    }

    /** The same from an address. */
    public static Reply get(InetSocketAddress from, String path, String... headers) {
        List<String> head = new ArrayList<>(List.of("GET " + path + " HTTP/1.1", "Host: localhost"));
        head.addAll(List.of(headers));
        return send(from, head, new byte[0]);
    }

    /** A POST with Content-Length and these further header lines. */
    public static Reply post(int port, String path, byte[] body, String... headers) {
        return post(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), path, body, headers);
    }

    /** The same to an address. */
    static Reply post(InetSocketAddress to, String path, byte[] body, String... headers) {
        List<String> head = new ArrayList<>(
                List.of("POST " + path + " HTTP/1.1", "Host: localhost", "Content-Length: " + body.length));
        head.addAll(List.of(headers));
        return send(to, head, body);
    }

    /** Reads one response and nothing behind it. */
    public static Reply read(InputStream in, boolean hasBody) throws IOException {
        String status = line(in);
        List<String> headers = new ArrayList<>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            headers.add(line);
        }
        int code = Integer.parseInt(status.substring(9, 12));
        if (code == 100) {
            return read(in, hasBody);
        }
        Reply head = new Reply(code, headers, "");
        List<String> length = head.header("Content-Length");
        int expected = hasBody && !length.isEmpty() ? Integer.parseInt(length.get(0)) : 0;
        return new Reply(code, headers, new String(in.readNBytes(expected), UTF_8));
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the server closed after \"" + line + '"');
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }
}

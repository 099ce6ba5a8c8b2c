package dev.mops.test;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A connection to a service under test, on which a test sends byte by byte what no HTTP client would send. */
public final class RawConnection implements AutoCloseable {

    /** Less than Tomcat waits for a byte: a test that waits for a thread which waits for a client fails. */
    private static final int PATIENCE_MILLIS = 15_000;

    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 (\\d{3}) ");
    private static final Pattern LENGTH = Pattern.compile("(?i)\r\nContent-Length: (\\d+)\r\n");
    private static final String END = "\r\n\r\n";

    private final Socket socket;

    /** Connects to a port of this machine. */
    public RawConnection(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MILLIS);
    }

    /** Sends characters, each as a byte. */
    public RawConnection send(String text) throws IOException {
        return send(text.getBytes(ISO_8859_1));
    }

    /** Sends bytes. */
    public RawConnection send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    /** Sends no more; still reads. */
    public RawConnection sendNoMore() throws IOException {
        socket.shutdownOutput();
        return this;
    }

    /** Whether something to read has come. */
    public boolean hasAnswer() throws IOException {
        return socket.getInputStream().available() > 0;
    }

    /** Reads an answer. */
    public Answer answer() throws IOException {
        String head = readTo(END);
        Matcher status = STATUS.matcher(head);
        if (!status.lookingAt()) {
            throw new IOException("No answer: " + head);
        }
        Matcher length = LENGTH.matcher(head);
        StringBuilder body = new StringBuilder();
        if (length.find()) {
            body.append(read(Integer.parseInt(length.group(1))));
        } else if (head.contains("Transfer-Encoding: chunked")) {
            int chunk;
            do {
                chunk = Integer.parseInt(readTo("\r\n").strip(), 16);
                body.append(read(chunk));
                readTo("\r\n");
            } while (chunk > 0);
        }
        return new Answer(Integer.parseInt(status.group(1)), head, body.toString());
    }

    /** Waits until the server has closed the connection. */
    public boolean isClosed() throws IOException {
        return socket.getInputStream().read() < 0;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private String readTo(String end) throws IOException {
        InputStream in = socket.getInputStream();
        StringBuilder text = new StringBuilder();
        while (text.indexOf(end) < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("The connection ended after: " + text);
            }
            text.append((char) next);
        }
        return text.toString();
    }

    private String read(int length) throws IOException {
        return new String(socket.getInputStream().readNBytes(length), ISO_8859_1);
    }

    /**
     * What the server answered.
     *
     * @param head its status line and headers
     * @param body its body, each byte as a character
     */
    public record Answer(int status, String head, String body) {}
}

package dev.mops.messaging.outbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/** Record headers as one column: their number, then each name and value behind its length. */
final class HeaderBytes {

    private HeaderBytes() {}

    static byte[] write(Iterable<Header> headers) {
        List<Header> all = new ArrayList<>();
        headers.forEach(all::add);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(all.size());
            for (Header header : all) {
                byte[] name = header.key().getBytes(UTF_8);
                out.writeInt(name.length);
                out.write(name);
                out.writeInt(header.value().length);
                out.write(header.value());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static List<Header> read(byte[] bytes) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            int count = in.readInt();
            List<Header> headers = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                String name = new String(in.readNBytes(in.readInt()), UTF_8);
                headers.add(new RecordHeader(name, in.readNBytes(in.readInt())));
            }
            return headers;
        } catch (IOException e) {
            throw new UncheckedIOException("The headers of an outbox row can't be read", e);
        }
    }
}

package dev.mops.messaging.record;

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

/** Record headers as one column: their number, then each name and value behind its length; a value may be null. */
public final class HeaderBytes {

    private HeaderBytes() {}

    /** The bytes of these headers. */
    public static byte[] write(Iterable<Header> headers) {
        List<Header> all = new ArrayList<>();
        headers.forEach(all::add);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(all.size());
            for (Header header : all) {
                byte[] name = header.key().getBytes(UTF_8);
                out.writeInt(name.length);
                out.write(name);
                byte[] value = header.value();
                out.writeInt(value == null ? -1 : value.length);
                if (value != null) {
                    out.write(value);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** The headers that were written. */
    public static List<Header> read(byte[] bytes) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            int count = in.readInt();
            List<Header> headers = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                String name = new String(in.readNBytes(in.readInt()), UTF_8);
                int length = in.readInt();
                headers.add(new RecordHeader(name, length < 0 ? null : in.readNBytes(length)));
            }
            return headers;
        } catch (IOException e) {
            throw new UncheckedIOException("The headers of a stored record can't be read", e);
        }
    }
}

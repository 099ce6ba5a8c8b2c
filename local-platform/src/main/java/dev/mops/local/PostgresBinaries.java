package dev.mops.local;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/** PostgreSQL's programs, unpacked once per user and version. */
final class PostgresBinaries {

    private PostgresBinaries() {}

    /** The folder that holds {@code bin}, {@code lib} and {@code share}; unpacked at the first call ever. */
    static Path unpacked() {
        String archive = archiveName();
        URL resource = PostgresBinaries.class.getResource("/" + archive);
        if (resource == null) {
            throw new LocalPlatformException(
                    "No PostgreSQL for this system (" + archive + "): Linux and macOS on x86-64 or ARM64 have one");
        }
        try {
            // The size tells one version's archive from another's.
            Path folder = cache().resolve(archive.replace(".txz", "") + "-"
                    + resource.openConnection().getContentLengthLong());
            if (!Files.isDirectory(folder)) {
                try (InputStream in = resource.openStream()) {
                    unpack(in, folder);
                }
            }
            return folder;
        } catch (IOException e) {
            throw new LocalPlatformException(
                    "Can't unpack PostgreSQL into " + cache()
                            + " (set XDG_CACHE_HOME to a folder that can be written): " + e.getMessage(),
                    e);
        }
    }

    private static String archiveName() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch");
        return "postgres-" + (os.contains("mac") ? "darwin" : os.replace(' ', '_')) + "-"
                + (arch.equals("aarch64") ? "arm_64" : "x86_64") + ".txz";
    }

    private static Path cache() {
        String xdg = System.getenv("XDG_CACHE_HOME");
        Path base = xdg == null || xdg.isBlank() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(xdg);
        return base.resolve("mops");
    }

    /** Unpacks beside and renames: of two programs that do it at once, one wins and both find it whole. */
    private static void unpack(InputStream in, Path folder) throws IOException {
        Files.createDirectories(folder.getParent());
        Path part = Files.createTempDirectory(folder.getParent(), "unpacking-");
        try (TarArchiveInputStream tar = new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(in)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path target = part.resolve(entry.getName()).normalize();
                if (!target.startsWith(part)) {
                    throw new IOException("An entry leads outside: " + entry.getName());
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(target);
                    continue;
                }
                Files.createDirectories(target.getParent());
                if (entry.isSymbolicLink()) {
                    Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
                } else {
                    Files.copy(tar, target, StandardCopyOption.REPLACE_EXISTING);
                    if ((entry.getMode() & 0100) != 0) {
                        target.toFile().setExecutable(true, true);
                    }
                }
            }
            Files.move(part, folder, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            if (!Files.isDirectory(folder)) {
                throw e;
            }
        } finally {
            Folders.delete(part);
        }
    }
}

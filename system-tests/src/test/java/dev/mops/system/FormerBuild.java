package dev.mops.system;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * A service as it was before {@code order.created/2.0}: its classes of today, compiled against the events of version 1,
 * with these in its jar. What has changed of the events since lies in {@code src/test/former}, as it was released.
 */
final class FormerBuild {

    private static final Path ROOT = PlatformExtension.root();
    private static final Path EVENTS = Path.of("common-events/src/main/java/dev/mops/events/order");
    private static final Path FORMER = Path.of("system-tests/src/test/former/dev/mops/events/order");
    private static final String LIBRARIES = "BOOT-INF/lib/";
    private static final String CLASSES = "BOOT-INF/classes/";

    private FormerBuild() {}

    /** Makes a folder that is to a platform what the repository is, with the former build of one service in it. */
    static Path of(String service, Path folder) throws IOException {
        Path root = Files.createDirectories(folder.resolve("former"));
        Files.copy(ROOT.resolve("pom.xml"), root.resolve("pom.xml"));
        for (Path folderOfServices : List.of(ROOT, ROOT.resolve("examples"))) {
            try (Stream<Path> modules = Files.list(folderOfServices)) {
                for (Path settings : modules.map(module -> module.resolve("src/main/resources/application.yaml"))
                        .filter(Files::exists)
                        .toList()) {
                    Path copy = root.resolve(ROOT.relativize(settings));
                    Files.createDirectories(copy.resolveSibling("."));
                    Files.copy(settings, copy);
                }
            }
        }
        Path jar = Path.of(service, "target", service + ".jar");
        Path libraries = Files.createDirectory(folder.resolve("libraries"));
        Path events = Files.createDirectory(folder.resolve("events"));
        Path classes = Files.createDirectory(folder.resolve("classes"));
        try (ZipFile today = new ZipFile(ROOT.resolve(jar).toFile())) {
            compile(formerEvents(), unpack(today, libraries), events);
            compile(
                    sources(ROOT.resolve(service).resolve("src/main/java")),
                    Stream.concat(jars(libraries), Stream.of(events)).toList(),
                    classes);
            Path schemas = ROOT.resolve("common-events/src/main/resources");
            Files.createDirectories(root.resolve(jar).resolveSibling("."));
            write(today, root.resolve(jar), jarOf(events, schemas), classes);
        }
        return root;
    }

    private static List<Path> formerEvents() throws IOException {
        List<Path> sources = new ArrayList<>();
        for (Path source : sources(ROOT.resolve(EVENTS))) {
            Path former = ROOT.resolve(FORMER).resolve(source.getFileName());
            if (Files.exists(former)) {
                sources.add(former);
            } else if (!source.endsWith("AddressLines.java")) {
                sources.add(source);
            }
        }
        return sources;
    }

    private static List<Path> sources(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList();
        }
    }

    /** All libraries but the events of today. */
    private static List<Path> unpack(ZipFile jar, Path libraries) throws IOException {
        List<Path> unpacked = new ArrayList<>();
        for (ZipEntry entry : Collections.list(jar.entries())) {
            if (entry.getName().startsWith(LIBRARIES) && entry.getName().endsWith(".jar") && !isEvents(entry)) {
                Path file = libraries.resolve(entry.getName().substring(LIBRARIES.length()));
                try (InputStream in = jar.getInputStream(entry)) {
                    Files.copy(in, file);
                }
                unpacked.add(file);
            }
        }
        return unpacked;
    }

    private static Stream<Path> jars(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList().stream();
        }
    }

    private static void compile(List<Path> sources, List<Path> classPath, Path to) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        List<String> options = List.of(
                "-proc:none",
                "-parameters",
                "-nowarn",
                "-d",
                to.toString(),
                "-cp",
                classPath.stream().map(Path::toString).collect(joining(File.pathSeparator)));
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            assertThat(compiler.getTask(said, files, null, options, null, files.getJavaFileObjectsFromPaths(sources))
                            .call())
                    .as(said::toString)
                    .isTrue();
        }
    }

    private static byte[] jarOf(Path... folders) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream jar = new ZipOutputStream(bytes)) {
            for (Path folder : folders) {
                try (Stream<Path> files = Files.walk(folder)) {
                    for (Path file : files.filter(Files::isRegularFile).toList()) {
                        jar.putNextEntry(new ZipEntry(folder.relativize(file).toString()));
                        Files.copy(file, jar);
                        jar.closeEntry();
                    }
                }
            }
        }
        return bytes.toByteArray();
    }

    /** The jar of today with other events and other classes; what is not compressed there, as libraries, stays so. */
    private static void write(ZipFile today, Path former, byte[] events, Path classes) throws IOException {
        try (ZipOutputStream out = new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(former)))) {
            for (ZipEntry entry : Collections.list(today.entries())) {
                byte[] content;
                Path compiled = classes.resolve(
                        entry.getName().startsWith(CLASSES) ? entry.getName().substring(CLASSES.length()) : "");
                if (isEvents(entry)) {
                    content = events;
                } else if (Files.isRegularFile(compiled)) {
                    content = Files.readAllBytes(compiled);
                } else {
                    try (InputStream in = today.getInputStream(entry)) {
                        content = in.readAllBytes();
                    }
                }
                ZipEntry written = new ZipEntry(entry.getName());
                written.setMethod(entry.getMethod());
                if (entry.getMethod() == ZipEntry.STORED) {
                    CRC32 crc = new CRC32();
                    crc.update(content);
                    written.setSize(content.length);
                    written.setCrc(crc.getValue());
                }
                out.putNextEntry(written);
                out.write(content);
                out.closeEntry();
            }
        }
    }

    private static boolean isEvents(ZipEntry entry) {
        return entry.getName().startsWith(LIBRARIES + "mops-common-events-");
    }
}

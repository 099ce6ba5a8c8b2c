package dev.mops.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import kafka.tools.StorageTool;
import org.apache.kafka.common.Uuid;

/** The main class of the broker's process: formats an empty folder, then is Kafka. */
final class KafkaMain {

    private KafkaMain() {}

    /**
     * Runs Kafka until the process is told to stop.
     *
     * @param args the settings file and the log folder
     */
    public static void main(String[] args) throws IOException {
        Path settings = Path.of(args[0]);
        if (!Files.exists(Path.of(args[1], "meta.properties"))) {
            int status = StorageTool.execute(
                    new String[] {
                        "format",
                        "--ignore-formatted",
                        "--cluster-id",
                        Uuid.randomUuid().toString(),
                        "--config",
                        settings.toString()
                    },
                    System.out);
            if (status != 0) {
                System.exit(status);
            }
        }
        kafka.Kafka.main(new String[] {settings.toString()});
    }
}

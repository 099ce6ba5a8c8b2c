package dev.mops.local;

import java.io.PrintStream;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What a command finds and does at several services: told in lines as it goes on, or as one JSON document at the end. */
final class Report {

    private final String kind;
    private final boolean isJson;
    private final PrintStream out;
    private final PrintStream err;
    private final ObjectNode document = Actuators.JSON.createObjectNode();

    Report(String kind, boolean isJson, PrintStream out, PrintStream err) {
        this.kind = kind;
        this.isJson = isJson;
        this.out = out;
        this.err = err;
        document.putArray(kind + "s");
        document.putArray("failed");
    }

    /** Goes on with the next where this one fails. */
    void attempt(String subject, Supplier<JsonNode> work) {
        ObjectNode entry = Actuators.JSON.createObjectNode().put(kind, subject);
        try {
            if (work.get() instanceof ObjectNode answer) {
                entry.setAll(answer);
            }
            array(kind + "s").add(entry);
        } catch (LocalPlatformException e) {
            err.println("mops: " + subject + ": " + e.getMessage());
            array("failed").add(entry.put("message", e.getMessage()));
        }
    }

    void say(String line) {
        if (!isJson) {
            out.println(line);
        }
    }

    /** Ends it; true if nothing failed. */
    boolean end() {
        if (isJson) {
            out.println(Actuators.JSON.writerWithDefaultPrettyPrinter().writeValueAsString(document));
        }
        return array("failed").isEmpty();
    }

    private ArrayNode array(String name) {
        return (ArrayNode) document.path(name);
    }
}

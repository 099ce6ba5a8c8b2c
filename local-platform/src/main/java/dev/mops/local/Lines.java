package dev.mops.local;

import java.util.ArrayList;
import java.util.List;

/** Text for a terminal. */
final class Lines {

    private static final int WIDEST_COLUMN = 48;

    private Lines() {}

    /** Text of somebody else, which may hold what a terminal takes as a command. */
    static String printable(String text) {
        return text.replaceAll("[\\p{Cntrl}\\p{Cf}\\p{Zl}\\p{Zp}\\x{80}-\\x{9f}]", "·");
    }

    /** Rows in columns; numbers stand to the right. */
    static List<String> table(List<List<String>> rows) {
        List<List<String>> cells =
                rows.stream().map(row -> row.stream().map(Lines::cell).toList()).toList();
        List<String> lines = new ArrayList<>();
        for (List<String> row : cells) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.size(); i++) {
                int column = i;
                int width = cells.stream()
                        .mapToInt(other -> other.get(column).length())
                        .max()
                        .orElse(0);
                String cell = row.get(i);
                boolean isNumber = cells.getLast().get(column).matches("\\d+");
                String padding = " ".repeat(width - cell.length());
                line.append(isNumber ? padding + cell : cell + padding).append("  ");
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }

    /** A number with its noun. */
    static String count(long number, String one, String many) {
        return number + " " + (number == 1 ? one : many);
    }

    private static String cell(String text) {
        String printable = printable(text);
        return printable.length() > WIDEST_COLUMN ? printable.substring(0, WIDEST_COLUMN - 1) + "…" : printable;
    }
}

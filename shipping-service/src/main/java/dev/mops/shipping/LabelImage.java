package dev.mops.shipping;

import dev.mops.events.order.Address;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.web.util.HtmlUtils;
import uk.org.okapibarcode.backend.Code128;
import uk.org.okapibarcode.backend.HumanReadableLocation;
import uk.org.okapibarcode.graphics.Rectangle;

/** Draws a label: the recipient, the carrier, and the tracking number as text and as Code 128. It needs no fonts here. */
final class LabelImage {

    static final String MEDIA_TYPE = "image/svg+xml";

    private static final int MARGIN = 20;
    private static final int MIN_WIDTH = 500;
    private static final int LINE_HEIGHT = 24;
    private static final int MODULE_WIDTH = 2;
    private static final int BAR_HEIGHT = 100;
    // Code 128 asks for ten modules of white on both sides.
    private static final int QUIET_ZONE = 10 * MODULE_WIDTH;

    // Whole words, as many as fit; a word that is longer than a line is cut.
    private static final Pattern LINES = Pattern.compile("(?s)\\S.{0,27}(?!\\S)|\\S.{0,27}");
    private static final Pattern NOT_XML =
            Pattern.compile("[^\\t\\n\\r\\u0020-\\uD7FF\\uE000-\\uFFFD\\x{10000}-\\x{10FFFF}]");

    private LabelImage() {}

    static String svg(Shipment.Label label, Address recipient) {
        Code128 code = new Code128();
        code.setModuleWidth(MODULE_WIDTH);
        code.setBarHeight(BAR_HEIGHT);
        code.setHumanReadableLocation(HumanReadableLocation.NONE);
        code.setContent(label.trackingNumber());

        List<String> address = Stream.of(
                        Stream.of(recipient.name()),
                        recipient.addressLines().stream(),
                        Stream.of(recipient.postalCode() + " " + recipient.city(), recipient.country()))
                .flatMap(lines -> lines)
                .flatMap(LabelImage::wrapped)
                .toList();
        int addressTop = MARGIN + 2 * LINE_HEIGHT;
        int codeTop = addressTop + (address.size() + 1) * LINE_HEIGHT;
        int numberBaseline = codeTop + BAR_HEIGHT + LINE_HEIGHT;
        int width = Math.max(MIN_WIDTH, code.getWidth() + 2 * (MARGIN + QUIET_ZONE));
        int height = numberBaseline + MARGIN;

        StringBuilder svg = new StringBuilder();
        svg.append("""
                <?xml version="1.0" encoding="UTF-8"?>
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %1$d %2$d" width="%1$d" height="%2$d" \
                font-family="sans-serif" font-size="18">
                <rect width="%1$d" height="%2$d" fill="white"/>
                """.formatted(width, height));
        svg.append(text(MARGIN + LINE_HEIGHT, label.carrier()));
        for (int i = 0; i < address.size(); i++) {
            svg.append(text(addressTop + (i + 1) * LINE_HEIGHT, address.get(i)));
        }
        svg.append(code.getRectangles().stream().map(bar -> bar(bar, codeTop)).collect(Collectors.joining()));
        svg.append(text(numberBaseline, label.trackingNumber()));
        return svg.append("</svg>\n").toString();
    }

    private static String text(int baseline, String text) {
        return "<text x=\"%d\" y=\"%d\">%s</text>\n".formatted(MARGIN, baseline, escaped(text));
    }

    private static String bar(Rectangle bar, int top) {
        return "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>\n"
                .formatted(
                        MARGIN + QUIET_ZONE + Math.round(bar.x),
                        top + Math.round(bar.y),
                        Math.round(bar.width),
                        Math.round(bar.height));
    }

    private static Stream<String> wrapped(String text) {
        return LINES.matcher(text.replaceAll("\\s+", " ")).results().map(MatchResult::group);
    }

    /** As XML, whatever the text holds: what XML has no way to write becomes the replacement character. */
    private static String escaped(String text) {
        return HtmlUtils.htmlEscape(NOT_XML.matcher(text).replaceAll("\uFFFD"), "UTF-8");
    }
}

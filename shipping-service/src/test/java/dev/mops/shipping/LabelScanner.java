package dev.mops.shipping;

import com.google.zxing.BarcodeFormat;
import com.google.zxing.BinaryBitmap;
import com.google.zxing.DecodeHintType;
import com.google.zxing.FormatException;
import com.google.zxing.NotFoundException;
import com.google.zxing.RGBLuminanceSource;
import com.google.zxing.Result;
import com.google.zxing.common.HybridBinarizer;
import com.google.zxing.oned.MultiFormatOneDReader;
import java.io.IOException;
import java.io.StringReader;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/** Reads a label as a person and as a barcode scanner do. */
final class LabelScanner {

    private static final int WHITE = 0xFFFFFF;
    // All rows of the picture, not only those around its middle: a person aims, too.
    private static final Map<DecodeHintType, ?> TRY_HARDER = Map.of(DecodeHintType.TRY_HARDER, true);

    private final Element svg;

    private LabelScanner(Element svg) {
        this.svg = svg;
    }

    /** Takes a label; it must be well-formed. */
    static LabelScanner of(String svg) {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            return new LabelScanner(factory.newDocumentBuilder()
                    .parse(new InputSource(new StringReader(svg)))
                    .getDocumentElement());
        } catch (ParserConfigurationException | SAXException | IOException e) {
            throw new AssertionError("The label is no XML", e);
        }
    }

    /** The kinds of elements in the label. */
    List<String> elements() {
        return elements("*").map(Element::getTagName).distinct().toList();
    }

    /** The lines of text, from top to bottom. */
    List<String> text() {
        return elements("text").map(Element::getTextContent).toList();
    }

    /** What the barcode holds: its rectangles are painted, and the picture is scanned. */
    String barcode() {
        int width = number(svg, "width");
        int height = number(svg, "height");
        int[] pixels = new int[width * height];
        elements("rect").forEach(rect -> {
            int colour = rect.getAttribute("fill").equals("white") ? WHITE : 0;
            int left = number(rect, "x");
            for (int y = number(rect, "y"); y < number(rect, "y") + number(rect, "height"); y++) {
                Arrays.fill(pixels, y * width + left, y * width + left + number(rect, "width"), colour);
            }
        });
        try {
            Result result = new MultiFormatOneDReader(TRY_HARDER)
                    .decode(new BinaryBitmap(new HybridBinarizer(new RGBLuminanceSource(width, height, pixels))));
            if (result.getBarcodeFormat() != BarcodeFormat.CODE_128) {
                throw new AssertionError("The barcode is " + result.getBarcodeFormat());
            }
            return result.getText();
        } catch (NotFoundException | FormatException e) {
            throw new AssertionError("The label has no barcode that can be scanned", e);
        }
    }

    private Stream<Element> elements(String name) {
        NodeList nodes = svg.getElementsByTagName(name);
        return IntStream.range(0, nodes.getLength()).mapToObj(nodes::item).map(Element.class::cast);
    }

    private static int number(Element element, String attribute) {
        String value = element.getAttribute(attribute);
        return value.isEmpty() ? 0 : Integer.parseInt(value);
    }
}

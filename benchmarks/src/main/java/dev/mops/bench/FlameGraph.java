package dev.mops.bench;

import dev.mops.bench.Stacks.Node;
import java.util.Locale;

/** Folded stacks as a page that loads nothing: each frame below its caller, as wide as its share of the samples. */
final class FlameGraph {

    private static final double SMALLEST_PERCENT = 0.05;
    private static final int ROW_PIXELS = 17;
    private static final int HUES = 360;

    private static final String PAGE = """
            <!doctype html>
            <html lang="en">
            <meta charset="utf-8">
            <title>@title@</title>
            <style>
            body { font: 14px/1.4 system-ui, sans-serif; margin: 1em; color: #222; background: #fff }
            #graph { position: relative; height: @height@px }
            #graph b { position: absolute; height: 16px; font: 11px/16px ui-monospace, monospace; overflow: hidden;
              white-space: nowrap; text-indent: 2px; cursor: pointer; box-shadow: inset -1px 0 #fff }
            #graph b[hidden] { display: none }
            #graph b.found { background: #c0f !important; color: #fff }
            </style>
            <h1>@title@</h1>
            <p>From the top down: a pool of threads, then each method below its caller. The width is the share of the samples, the
            order across means nothing. Orange is dev.mops. A click makes a frame as wide as the page, a click on the top row goes back.
            Frames below @smallest@ % are left out.</p>
            <p><input type="search" size="40" placeholder="Search: a regular expression"> <output></output></p>
            <div id="graph">
            @frames@</div>
            <script>
            const frames = [...document.querySelectorAll('#graph b')].map(b => ({ b, left: parseFloat(b.style.left),
              width: parseFloat(b.style.width), top: parseFloat(b.style.top) }));
            const little = 1e-6;
            const covers = (a, b) => a.left <= b.left + little && a.left + a.width >= b.left + b.width - little;
            const zoom = to => frames.forEach(frame => {
              const caller = frame.top < to.top && covers(frame, to);
              frame.b.hidden = !caller && !(frame.top >= to.top && covers(to, frame));
              frame.b.style.left = caller ? '0%' : (frame.left - to.left) / to.width * 100 + '%';
              frame.b.style.width = caller ? '100%' : frame.width / to.width * 100 + '%';
            });
            frames.forEach(frame => frame.b.addEventListener('click', () => zoom(frame)));
            document.querySelector('input').addEventListener('input', event => {
              let wanted = null;
              try { wanted = event.target.value && new RegExp(event.target.value, 'i'); } catch { return; }
              let share = 0, end = -1;
              frames.forEach(frame => {
                const found = wanted && wanted.test(frame.b.textContent);
                frame.b.classList.toggle('found', !!found);
                // What was found below another one is part of its share.
                if (found && frame.left >= end - little) { share += frame.width; end = frame.left + frame.width; }
              });
              document.querySelector('output').textContent = wanted ? share.toFixed(1) + ' % of all samples' : '';
            });
            </script>
            </html>
            """;

    private final StringBuilder frames = new StringBuilder();
    private final double samples;
    private int rows;

    private FlameGraph(double samples) {
        this.samples = samples;
    }

    static String page(String title, Stacks stacks) {
        FlameGraph graph = new FlameGraph(stacks.samples());
        if (stacks.samples() > 0) {
            graph.draw(stacks.all(), 0, 0);
        }
        return PAGE.replace("@title@", escaped(title))
                .replace("@height@", Integer.toString(graph.rows * ROW_PIXELS))
                .replace("@smallest@", Double.toString(SMALLEST_PERCENT))
                .replace("@frames@", graph.frames);
    }

    private void draw(Node node, long before, int row) {
        double percent = 100 * node.count() / samples;
        if (percent < SMALLEST_PERCENT) {
            return;
        }
        rows = Math.max(rows, row + 1);
        String name = escaped(node.name());
        frames.append(String.format(
                Locale.ROOT,
                "<b style=\"left:%.4f%%;width:%.4f%%;top:%dpx;background:%s\" title=\"%s: %.2f %%, %d samples\">%s</b>%n",
                100 * before / samples,
                percent,
                row * ROW_PIXELS,
                colour(node.name()),
                name,
                percent,
                node.count(),
                name));
        for (Node callee : node.callees()) {
            draw(callee, before, row + 1);
            before += callee.count();
        }
    }

    /** One for each package. */
    private static String colour(String frame) {
        String group = Stacks.packageOf(frame);
        return group.startsWith("dev.mops")
                ? "#f93"
                : "hsl(" + Math.floorMod(group.hashCode() * 31, HUES) + " 45% 82%)";
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}

package dev.mops.bench;

import java.util.Optional;

/** A result in one line: what the platform carries, as a ratio to the bare limit of the same run. */
final class Headline {

    private Headline() {}

    /** Nothing where one of the two was not measured. */
    static Optional<String> of(Result now, Optional<Result> before) {
        return ratio(now)
                .map(ratio -> "%s: %s %s are %s %% of the bare %s, %s %s%s"
                        .formatted(
                                now.shape(),
                                median(ratio.figure()),
                                ratio.figure().unit(),
                                percent(ratio),
                                ratio.to().name(),
                                median(ratio.to()),
                                ratio.to().unit(),
                                before.flatMap(Headline::ratio)
                                        .map(then -> " (" + percent(then) + " % at "
                                                + before.map(each ->
                                                                each.machine().source())
                                                        .orElseThrow() + ")")
                                        .orElse("")));
    }

    private static Optional<Relative> ratio(Result result) {
        return Relative.of(result).stream()
                .filter(each -> each.figure().part().equals(Relative.PLATFORM)
                        && each.figure().name().equals(PlatformByHttp.SATURATION)
                        && each.to().part().equals(Relative.LIMITS))
                .findFirst();
    }

    private static String median(Figure figure) {
        return Figures.number(figure.spread().median());
    }

    private static String percent(Relative ratio) {
        return Figures.number(100 * ratio.ratio().median());
    }
}

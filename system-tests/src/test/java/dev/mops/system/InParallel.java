package dev.mops.system;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/** The same for many, at the same time. */
final class InParallel {

    private InParallel() {}

    /** The results in the order of the inputs; throws the first failure. */
    static <T, R> List<R> each(List<T> inputs, int atOnce, Function<T, R> work) {
        try (ExecutorService executor = Executors.newFixedThreadPool(atOnce)) {
            List<Future<R>> futures = new ArrayList<>();
            inputs.forEach(input -> futures.add(executor.submit(() -> work.apply(input))));
            List<R> results = new ArrayList<>();
            for (Future<R> future : futures) {
                results.add(future.get());
            }
            return results;
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}

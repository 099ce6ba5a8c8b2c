package dev.mops.messaging.observe;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;

/** Looks at something again and again, on a thread of its own; whatever becomes of a look, the next one comes. */
public abstract class Poller implements SmartLifecycle {

    private final String name;
    private final Duration interval;
    private volatile @Nullable ScheduledExecutorService thread;

    protected Poller(String name, Duration interval) {
        this.name = name;
        this.interval = interval;
    }

    /** Looks. */
    protected abstract void look() throws Exception;

    /** A look threw. */
    protected abstract void failed(Throwable why);

    /** Runs behind the last look, on the same thread. */
    protected void close() {}

    /** Looks once. */
    public final void poll() {
        try {
            look();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception | Error e) {
            // What a schedule throws ends it.
            failed(e);
        }
    }

    @Override
    public final synchronized void start() {
        if (thread != null) {
            return;
        }
        ScheduledExecutorService started = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name(name).factory());
        thread = started;
        var _ = started.scheduleWithFixedDelay(this::poll, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public final synchronized void stop() {
        ScheduledExecutorService started = thread;
        thread = null;
        if (started == null) {
            return;
        }
        // Behind what the thread does now, which ends by its timeouts at the latest; nobody waits for that here.
        started.execute(this::close);
        started.shutdown();
    }

    @Override
    public final boolean isRunning() {
        return thread != null;
    }
}

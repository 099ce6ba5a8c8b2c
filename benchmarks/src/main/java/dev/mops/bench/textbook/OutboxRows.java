package dev.mops.bench.textbook;

import java.util.List;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.JpaRepository;

interface OutboxRows extends JpaRepository<OutboxRow, Long> {

    List<OutboxRow> findBySentFalseOrderById(Limit limit);
}

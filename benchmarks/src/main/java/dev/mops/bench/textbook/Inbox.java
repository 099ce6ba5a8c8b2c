package dev.mops.bench.textbook;

import java.util.UUID;
import org.springframework.data.jpa.repository.JpaRepository;

interface Inbox extends JpaRepository<InboxRow, UUID> {}

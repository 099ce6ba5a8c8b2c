package dev.mops.bench.textbook;

import org.springframework.data.jpa.repository.JpaRepository;

interface Steps extends JpaRepository<Step, Long> {}

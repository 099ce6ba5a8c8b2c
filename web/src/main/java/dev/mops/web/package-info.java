/** What the HTTP doors of the services share: problem details, strict JSON, idempotency keys. */
@NullMarked
package dev.mops.web;

import org.jspecify.annotations.NullMarked;

package dev.mops.web;

import java.beans.PropertyEditorSupport;
import java.util.UUID;
import java.util.regex.Pattern;
import org.springframework.web.bind.WebDataBinder;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.InitBinder;

/**
 * Takes a UUID in the one form that everybody knows: Java also reads {@code 1-1-1-1-1}. An editor, since Spring falls back
 * to its own where a converter refuses.
 */
@ControllerAdvice
final class StrictIds {

    private static final Pattern FORM = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    @InitBinder
    void register(WebDataBinder binder) {
        binder.registerCustomEditor(UUID.class, new PropertyEditorSupport() {

            @Override
            public void setAsText(String text) {
                if (!FORM.matcher(text).matches()) {
                    throw new IllegalArgumentException("No UUID");
                }
                setValue(UUID.fromString(text));
            }
        });
    }
}

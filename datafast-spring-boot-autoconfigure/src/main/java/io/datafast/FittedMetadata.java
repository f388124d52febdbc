/*
 * Copyright 2026-present the original author or authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *      https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */

package io.datafast;

import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

import io.datafast.support.GoalRules;
import io.datafast.support.MetadataValues;
import org.jspecify.annotations.Nullable;

/**
 * Metadata that has been checked and made to fit. Unmodifiable, and compact, since many
 * goals may wait. With at most 10 entries, a linear search is the fastest.
 */
final class FittedMetadata extends AbstractMap<String, String> {

	private static final FittedMetadata EMPTY = new FittedMetadata(new String[0]);

	/**
	 * Keys and values in turn.
	 */
	private final String[] content;

	private FittedMetadata(String[] content) {
		this.content = content;
	}

	/**
	 * Check metadata and make it fit.
	 * @param metadata the entries; those without a value are left out
	 * @param violations the list to which violations are added
	 * @return the metadata, not to be used if there are violations
	 */
	static FittedMetadata of(Map<String, ? extends @Nullable Object> metadata, List<String> violations) {
		return (metadata instanceof FittedMetadata fitted) ? fitted : EMPTY.with(metadata, violations);
	}

	/**
	 * This metadata with further entries, each in place of one with the same key.
	 */
	FittedMetadata with(Map<String, ? extends @Nullable Object> added, List<String> violations) {
		if (added.isEmpty()) {
			return this;
		}
		List<String> merged = new ArrayList<>(this.content.length + 2 * added.size());
		forEach((key, value) -> add(merged, key, added.containsKey(key) ? added.get(key) : value));
		added.forEach((key, value) -> {
			GoalRules.checkKey(key, violations);
			if (!containsKey(key)) {
				add(merged, key, value);
			}
		});
		GoalRules.checkSize(merged.size() / 2, violations);
		return merged.isEmpty() ? EMPTY : new FittedMetadata(merged.toArray(String[]::new));
	}

	private static void add(List<String> content, String key, @Nullable Object value) {
		String text = MetadataValues.toText(value);
		if (text != null) {
			content.add(key);
			content.add(GoalRules.fitValue(text));
		}
	}

	@Override
	public int size() {
		return this.content.length / 2;
	}

	@Override
	public boolean containsKey(@Nullable Object key) {
		return get(key) != null;
	}

	@Override
	public @Nullable String get(@Nullable Object key) {
		for (int i = 0; i < this.content.length; i += 2) {
			if (this.content[i].equals(key)) {
				return this.content[i + 1];
			}
		}
		return null;
	}

	@Override
	public void forEach(BiConsumer<? super String, ? super String> action) {
		for (int i = 0; i < this.content.length; i += 2) {
			action.accept(this.content[i], this.content[i + 1]);
		}
	}

	@Override
	public Set<Entry<String, String>> entrySet() {
		Set<Entry<String, String>> entries = new LinkedHashSet<>();
		forEach((key, value) -> entries.add(Map.entry(key, value)));
		return Collections.unmodifiableSet(entries);
	}

}

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
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.BiConsumer;

import org.jspecify.annotations.Nullable;

/**
 * Metadata that has been checked and made to fit. Unmodifiable, and as compact as can be,
 * since many goals may wait; there are so few entries that a look at each is the fastest
 * search.
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
	 * @param violations gets what is wrong
	 * @return the metadata; of no use if there are violations
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
		Merger merger = new Merger(this.content, added.size());
		added.forEach((key, value) -> merger.put(key, value, violations));
		return merger.merge(violations);
	}

	FittedMetadata with(String key, @Nullable Object value, List<String> violations) {
		Merger merger = new Merger(this.content, 1);
		merger.put(key, value, violations);
		return merger.merge(violations);
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
		return new AbstractSet<>() {

			@Override
			public Iterator<Entry<String, String>> iterator() {
				return new EntryIterator(FittedMetadata.this.content);
			}

			@Override
			public int size() {
				return FittedMetadata.this.size();
			}

		};
	}

	private static final class EntryIterator implements Iterator<Entry<String, String>> {

		private final String[] content;

		private int next;

		EntryIterator(String[] content) {
			this.content = content;
		}

		@Override
		public boolean hasNext() {
			return this.next < this.content.length;
		}

		@Override
		public Entry<String, String> next() {
			if (!hasNext()) {
				throw new NoSuchElementException();
			}
			Entry<String, String> entry = Map.entry(this.content[this.next], this.content[this.next + 1]);
			this.next += 2;
			return entry;
		}

	}

	private static final class Merger {

		private final int replaceable;

		private @Nullable String[] content;

		private int length;

		private boolean removed;

		Merger(String[] content, int added) {
			this.content = Arrays.copyOf(content, content.length + 2 * added);
			this.replaceable = content.length;
			this.length = content.length;
		}

		void put(@Nullable String key, @Nullable Object value, List<String> violations) {
			GoalRules.checkKey(key, violations);
			int index = indexOf(key);
			String text = MetadataValues.toText(value);
			if (text != null) {
				if (index == this.content.length) {
					// Another thread is adding to the map.
					this.content = Arrays.copyOf(this.content, index + 2 * GoalRules.MAX_ENTRIES);
				}
				this.content[index] = key;
				this.content[index + 1] = GoalRules.fitValue(text);
				this.length = Math.max(this.length, index + 2);
			}
			else if (index < this.length) {
				this.content[index] = null;
				this.removed = true;
			}
		}

		/**
		 * The keys that are added differ from each other, so only those that were there
		 * have to be compared.
		 */
		private int indexOf(@Nullable String key) {
			for (int i = 0; i < this.replaceable; i += 2) {
				if (key != null && key.equals(this.content[i])) {
					return i;
				}
			}
			return this.length;
		}

		FittedMetadata merge(List<String> violations) {
			if (this.removed) {
				compact();
			}
			GoalRules.checkSize(this.length / 2, violations);
			return (this.length > 0) ? new FittedMetadata(Arrays.copyOf(this.content, this.length)) : EMPTY;
		}

		private void compact() {
			int kept = 0;
			for (int i = 0; i < this.length; i += 2) {
				if (this.content[i] != null) {
					this.content[kept] = this.content[i];
					this.content[kept + 1] = this.content[i + 1];
					kept += 2;
				}
			}
			this.length = kept;
		}

	}

}

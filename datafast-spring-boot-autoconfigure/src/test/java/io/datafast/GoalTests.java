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
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.stream.IntStream;

import io.datafast.support.VisitorIds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

class GoalTests {

	private static final String EMOJI = "\uD83D\uDE80";

	@ParameterizedTest
	@ValueSource(strings = { "a", "0", "_", "-", ":", "newsletter_signup", "checkout:completed", "a-b_c:d0" })
	void acceptsNames(String name) {
		assertThat(Goal.of(name).name()).isEqualTo(name);
	}

	@Test
	void acceptsNameOf64CharactersAndRefuses65() {
		assertThat(Goal.of("a".repeat(64)).name()).hasSize(64);
		assertThatExceptionOfType(InvalidGoalException.class).isThrownBy(() -> Goal.of("a".repeat(65)))
			.withMessageContaining("must be 1 to 64 characters")
			.withMessageContaining("has 65");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "A", "Sign Up", "sign.up", "sign/up", "ä", "a\n", "a\u0000", EMOJI, "identify" })
	void refusesNames(String name) {
		assertThatExceptionOfType(InvalidGoalException.class).isThrownBy(() -> Goal.of(name))
			.withMessageContaining("goal name");
	}

	@Test
	void refusesNullAsName() {
		assertThatExceptionOfType(InvalidGoalException.class).isThrownBy(() -> Goal.of(null))
			.withMessageContaining("but is null");
	}

	@ParameterizedTest
	@ValueSource(strings = { "a", "_", "-", "0", "plan_name-2" })
	void acceptsKeys(String key) {
		assertThat(Goal.of("goal").with(key, 1).metadata()).containsOnlyKeys(key);
	}

	@Test
	void acceptsKeyOf64CharactersAndRefuses65() {
		assertThat(Goal.of("goal").with("k".repeat(64), 1).metadata()).hasSize(1);
		assertThatExceptionOfType(InvalidGoalException.class).isThrownBy(() -> Goal.of("goal").with("k".repeat(65), 1));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "a:b", "Plan", "a b", "é" })
	void refusesKeys(String key) {
		assertThatExceptionOfType(InvalidGoalException.class).isThrownBy(() -> Goal.of("goal").with(key, 1))
			.withMessageContaining("metadata key");
	}

	@Test
	void refusesKeyOfNullValue() {
		assertThatExceptionOfType(InvalidGoalException.class).isThrownBy(() -> Goal.of("goal").with("No Key", null));
	}

	@Test
	void acceptsTenEntriesAndRefusesEleven() {
		assertThat(Goal.of("goal").with(entries(10)).metadata()).hasSize(10);
		assertThatExceptionOfType(InvalidGoalException.class).isThrownBy(() -> Goal.of("goal").with(entries(11)))
			.withMessageContaining("11 entries")
			.withMessageContaining("at most 10");
		assertThatExceptionOfType(InvalidGoalException.class)
			.isThrownBy(() -> Goal.of("goal").with(entries(10)).with("another", 1));
	}

	@Test
	void replacesEntryWhenFull() {
		assertThat(Goal.of("goal").with(entries(10)).with("key3", "new").metadata()).hasSize(10)
			.containsEntry("key3", "new");
	}

	@Test
	void reportsEveryViolationAtOnce() {
		Map<String, String> metadata = entries(11);
		metadata.put("Bad Key", "x");
		InvalidGoalException failure = catchThrowableOfType(InvalidGoalException.class,
				() -> new Goal("Bad Name", null, metadata));
		assertThat(failure.getViolations()).hasSize(3)
			.satisfiesExactly((first) -> assertThat(first).contains("\"Bad Name\"", "index 0"),
					(second) -> assertThat(second).contains("\"Bad Key\""),
					(third) -> assertThat(third).contains("12 entries"));
		assertThat(failure.getMessage()).contains(failure.getViolations());
	}

	@Test
	void quotesHostileNamesPrintably() {
		assertThatExceptionOfType(InvalidGoalException.class)
			.isThrownBy(() -> Goal.of("a\r\nFATAL forged log line" + "x".repeat(100_000)))
			.satisfies((failure) -> assertThat(failure.getMessage()).doesNotContain("\n")
				.contains("\\u000d\\u000a")
				.hasSizeLessThan(1000));
	}

	@Test
	void convertsValuesByStringValueOf() {
		Goal goal = Goal.of("goal").with("int", 42).with("list", List.of(1, 2)).with("boolean", true);
		assertThat(goal.metadata()).containsExactly(Map.entry("int", "42"), Map.entry("list", "[1, 2]"),
				Map.entry("boolean", "true"));
	}

	@Test
	void leavesNullOut() {
		assertThat(Goal.of("goal").with("plan", null).metadata()).isEmpty();
		assertThat(Goal.of("goal").with("plan", "pro").with("plan", null).metadata()).isEmpty();
		assertThat(new Goal("goal", null, Collections.singletonMap("plan", null)).metadata()).isEmpty();
	}

	@Test
	void keepsValueOf255UnitsAndCutsLonger() {
		assertThat(fitted("v".repeat(255))).hasSize(255);
		assertThat(fitted("v".repeat(256))).isEqualTo("v".repeat(255));
		assertThat(fitted("v".repeat(1_000_000))).hasSize(255);
		assertThat(fitted("")).isEmpty();
	}

	@Test
	void cutsAtCodePointBoundary() {
		assertThat(fitted("v".repeat(253) + EMOJI)).isEqualTo("v".repeat(253) + EMOJI);
		assertThat(fitted("v".repeat(254) + EMOJI)).isEqualTo("v".repeat(254));
		assertThat(fitted("v".repeat(255) + EMOJI)).isEqualTo("v".repeat(255));
		assertThat(fitted(EMOJI.repeat(200))).isEqualTo(EMOJI.repeat(127));
	}

	@Test
	void replacesUnpairedSurrogates() {
		assertThat(fitted("a\uD83Db\uDE80c" + EMOJI)).isEqualTo("a\uFFFDb\uFFFDc" + EMOJI);
		assertThat(fitted("\uD83D".repeat(300))).isEqualTo("\uFFFD".repeat(255));
	}

	@Test
	void isImmutable() {
		Map<String, String> metadata = new LinkedHashMap<>(Map.of("plan", "pro"));
		Goal goal = new Goal("goal", null, metadata);
		metadata.put("other", "x");
		assertThat(goal.metadata()).containsOnlyKeys("plan");
		assertThatExceptionOfType(UnsupportedOperationException.class)
			.isThrownBy(() -> goal.metadata().put("other", "x"));
		assertThat(goal.with("other", 1)).isNotSameAs(goal);
		assertThat(goal.forVisitor("visitor").metadata()).isEqualTo(goal.metadata());
		assertThat(goal.metadata()).containsOnlyKeys("plan");
	}

	@Test
	void metadataIsAnOrdinaryMap() {
		Map<String, String> metadata = Goal.of("goal").with("a", 1).with(Map.of("b", 2)).metadata();
		assertThat(metadata).isEqualTo(Map.of("a", "1", "b", "2")).hasSameHashCodeAs(Map.of("a", "1", "b", "2"));
		assertThat(metadata).hasToString("{a=1, b=2}").containsKey("a").doesNotContainKey("c");
		assertThat(metadata.get("b")).isEqualTo("2");
		assertThat(metadata.get("c")).isNull();
		assertThat(metadata.containsKey(null)).isFalse();
		assertThat(Goal.of("goal").with(metadata)).isEqualTo(new Goal("goal", null, Map.of("a", "1", "b", "2")));
		Iterator<Map.Entry<String, String>> entries = metadata.entrySet().iterator();
		entries.next();
		assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(entries::remove);
		entries.next();
		assertThatExceptionOfType(NoSuchElementException.class).isThrownBy(entries::next);
	}

	@Test
	void takesAMapThatAnotherThreadIsFilling() {
		Map<String, Integer> growing = new AbstractMap<>() {

			@Override
			public Set<Entry<String, Integer>> entrySet() {
				return Map.of("a", 1, "b", 2, "c", 3).entrySet();
			}

			@Override
			public int size() {
				return 1;
			}

		};
		assertThat(Goal.of("goal").with(growing).metadata()).isEqualTo(Map.of("a", "1", "b", "2", "c", "3"));
	}

	@Test
	void aNullValueTakesAnEntryAway() {
		Map<String, Object> changes = new LinkedHashMap<>();
		changes.put("b", null);
		changes.put("d", null);
		changes.put("e", 5);
		Goal goal = Goal.of("goal").with("a", 1).with("b", 2).with("c", 3);
		assertThat(goal.with(changes).metadata().entrySet()).extracting(Map.Entry::getKey)
			.containsExactly("a", "c", "e");
		assertThat(goal.with("a", null).with("b", null).with("c", null)).isEqualTo(Goal.of("goal"));
		assertThat(goal.with("b", "new").metadata()).hasToString("{a=1, b=new, c=3}");
	}

	@Test
	void keepsTheOrderOfEntries() {
		assertThat(Goal.of("goal").with("z", 1).with("a", 2).with("m", 3).metadata().keySet()).containsExactly("z", "a",
				"m");
	}

	@ParameterizedTest
	@ValueSource(strings = { "a", "a3ab2331-989f-4cfa-91c6-2461c9e3c6bd", "A.b_c-9" })
	void acceptsVisitorIds(String visitorId) {
		assertThat(Goal.of("goal").forVisitor(visitorId).visitorId()).isEqualTo(visitorId);
	}

	@Test
	void acceptsVisitorIdOf128CharactersAndDropsLonger() {
		assertThat(Goal.of("goal").forVisitor("v".repeat(128)).visitorId()).hasSize(128);
		assertThat(Goal.of("goal").forVisitor("v".repeat(129)).visitorId()).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "a b", "a\n", "\"a\"", "é", "a;b", "a,b", "a/b", "\u0000" })
	void takesMalformedVisitorIdsAsAbsent(String visitorId) {
		assertThat(Goal.of("goal").forVisitor(visitorId).visitorId()).isNull();
	}

	@Test
	void printsNeitherMetadataValuesNorTheWholeVisitorId() {
		String printed = Goal.of("goal")
			.forVisitor("a3ab2331-989f-4cfa-91c6-2461c9e3c6bd")
			.with("email", "jane@example.com")
			.toString();
		assertThat(printed).contains("goal", "email", "a3ab2331...").doesNotContain("jane", "989f");
	}

	@Test
	void abbreviatesShortVisitorIdsToo() {
		assertThat(
				Arrays.asList(VisitorIds.abbreviate("a"), VisitorIds.abbreviate("abcdef"), VisitorIds.abbreviate(null)))
			.containsExactly("...", "ab...", "none");
	}

	private static String fitted(String value) {
		return Goal.of("goal").with("key", value).metadata().get("key");
	}

	private static Map<String, String> entries(int count) {
		Map<String, String> entries = new LinkedHashMap<>();
		IntStream.range(0, count).forEach((i) -> entries.put("key" + i, "value" + i));
		return entries;
	}

}

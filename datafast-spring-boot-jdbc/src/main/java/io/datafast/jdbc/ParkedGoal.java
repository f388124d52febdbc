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

package io.datafast.jdbc;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * A goal that ended without being recorded, and is kept for a while. Neither the visitor
 * nor metadata are shown.
 *
 * @param id identifies it until it is re-queued or deleted
 * @param goal the goal's name
 * @param trackedAt when it was tracked
 * @param parkedAt when it ended
 * @param outcome the outcome's name, {@code rejected} or {@code dropped}
 * @param reason the name of the outcome's reason
 * @param answers how many answers DataFast had given
 * @param message what happened, as far as DataFast said anything
 */
public record ParkedGoal(String id, String goal, @Nullable Instant trackedAt, @Nullable Instant parkedAt,
		String outcome, String reason, int answers, @Nullable String message) {

}

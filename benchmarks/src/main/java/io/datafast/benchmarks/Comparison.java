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

package io.datafast.benchmarks;

import org.jspecify.annotations.Nullable;

/**
 * One row of the results.
 *
 * @param name what is compared
 * @param measured the measured value, with its unit
 * @param reference what stands beside it, with its unit, or an empty string
 * @param ratio the measured value divided by the reference, or {@code null}
 * @param aim the aim, or an empty string
 * @param met whether the aim is met, or {@code null} where there is none
 */
record Comparison(String name, String measured, String reference, @Nullable Double ratio, String aim,
		@Nullable Boolean met) {

	static Comparison info(String name, String measured, String reference, @Nullable Double ratio) {
		return new Comparison(name, measured, reference, ratio, "", null);
	}

}

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

package io.datafast.kotlin

import io.datafast.annotation.TrackGoal
import io.datafast.interceptor.InvalidTrackGoalException
import org.assertj.core.api.Assertions.assertThat
import org.assertj.core.api.Assertions.assertThatThrownBy
import org.junit.jupiter.api.Tag
import org.junit.jupiter.api.Test
import org.springframework.boot.WebApplicationType
import org.springframework.stereotype.Service
import org.springframework.util.ClassUtils

/**
 * Suspending functions in an application without kotlinx-coroutines-reactor, where Spring advises none.
 */
@Tag("without-coroutines-reactor")
class CoroutinesWithoutReactorTests {

	@Test
	fun `is run without what the other tests have`() {
		assertThat(ClassUtils.isPresent("kotlinx.coroutines.reactor.MonoKt", null)).isFalse()
		assertThat(ClassUtils.isPresent("reactor.core.publisher.Mono", null)).isTrue()
	}

	@Test
	fun `a tracked suspending function fails start-up with the remedy`() {
		assertThatThrownBy { withApplication(WebApplicationType.NONE, Shop::class) { _, _ -> } }
			.rootCause()
			.isInstanceOfSatisfying(InvalidTrackGoalException::class.java) {
				assertThat(it.method).contains("Shop.order")
				assertThat(it.violations).anySatisfy { violation ->
					assertThat(violation.fix()).contains("org.jetbrains.kotlinx:kotlinx-coroutines-reactor")
				}
			}
	}

	@Test
	fun `other functions are tracked`() =
		withApplication(WebApplicationType.NONE, Counter::class) { context, goals ->
			context.getBean(Counter::class.java).order()
			assertThat(goals.take().name()).isEqualTo("ordered")
		}

	@Service
	class Shop {

		@TrackGoal(name = "ordered", visitorId = "'visitor'")
		suspend fun order() = "ordered"

	}

	@Service
	class Counter {

		@TrackGoal(name = "ordered", visitorId = "'visitor'")
		fun order() = "ordered"

	}

}

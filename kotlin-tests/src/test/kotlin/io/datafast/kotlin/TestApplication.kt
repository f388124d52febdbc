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

import io.datafast.Goal
import io.datafast.delivery.GoalDeliveryListener
import io.datafast.delivery.GoalDispatcher
import io.datafast.delivery.GoalOutcome
import org.springframework.boot.WebApplicationType
import org.springframework.boot.autoconfigure.EnableAutoConfiguration
import org.springframework.boot.builder.SpringApplicationBuilder
import org.springframework.context.ConfigurableApplicationContext
import org.springframework.context.annotation.Bean
import org.springframework.context.annotation.Configuration
import java.util.concurrent.BlockingQueue
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.LinkedBlockingQueue
import kotlin.reflect.KClass

const val VISITOR = "a3ab2331-989f-4cfa-91c6-2461c9e3c6bd"

/**
 * Runs a test with an application of the given beans, and the goals that its dispatcher is given.
 */
fun withApplication(
	type: WebApplicationType,
	vararg beans: KClass<*>,
	test: (ConfigurableApplicationContext, BlockingQueue<Goal>) -> Unit
) {
	SpringApplicationBuilder(TestApplication::class.java, *beans.map { it.java }.toTypedArray()).web(type)
		.run("--datafast.api-key=df_key", "--server.port=0", "--server.address=127.0.0.1")
		.use { context -> test(context, context.getBean(Goals::class.java).dispatched) }
}

@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
class TestApplication {

	@Bean
	fun goalDispatcher() = Goals()

	@Bean
	fun outcomes() = Outcomes()

}

class Goals : GoalDispatcher {

	val dispatched = LinkedBlockingQueue<Goal>()

	override fun dispatch(goal: Goal) {
		this.dispatched.add(goal)
	}

}

class Outcomes : GoalDeliveryListener {

	val all = ConcurrentLinkedQueue<GoalOutcome>()

	override fun onOutcome(goal: Goal, outcome: GoalOutcome) {
		this.all.add(outcome)
	}

}
